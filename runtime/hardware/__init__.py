"""What this computer is: chip, memory, graphics, disk. Asking the system and reading its answers are separate."""
