"""Licence ids of the hub and what they let a person do."""

from __future__ import annotations

import pytest

from runtime.catalogue.licences import LicenceKind, known_licences, licence_of


@pytest.mark.parametrize(
    ("raw_id", "kind"),
    [
        ("apache-2.0", LicenceKind.FREE),
        ("MIT", LicenceKind.FREE),
        (" bsd-3-clause ", LicenceKind.FREE),
        ("llama3.1", LicenceKind.CONDITIONS),
        ("gemma", LicenceKind.CONDITIONS),
        ("qwen", LicenceKind.CONDITIONS),
        ("cc-by-nc-4.0", LicenceKind.NON_COMMERCIAL),
        ("qwen-research", LicenceKind.NON_COMMERCIAL),
        ("other", LicenceKind.UNKNOWN),
        ("", LicenceKind.UNKNOWN),
        ("made-up-by-somebody", LicenceKind.UNKNOWN),
    ],
)
def test_what_an_id_lets_one_do(raw_id: str, kind: LicenceKind) -> None:
    assert licence_of(raw_id).kind is kind


def test_several_licences_count_as_the_strictest() -> None:
    assert licence_of("mit, cc-by-nc-4.0").kind is LicenceKind.NON_COMMERCIAL
    assert licence_of("apache-2.0, gemma").name == "Gemma Terms of Use"
    assert licence_of("mit, nobody-knows").kind is LicenceKind.UNKNOWN


def test_every_licence_of_the_table_has_one_kind_and_a_name() -> None:
    table = known_licences()
    assert len(table) >= 40
    assert len({licence.id for licence in table}) == len(table)
    assert len({licence.name for licence in table}) == len(table)
    for licence in table:
        assert licence.id == licence.id.lower().strip()
        assert licence.name
        assert licence.kind is not LicenceKind.UNKNOWN
        assert licence_of(licence.id) == licence


def test_whatever_forbids_trade_is_never_called_free() -> None:
    for licence in known_licences():
        if "-nc" in licence.id or "noncommercial" in licence.id or "research" in licence.id:
            assert licence.kind is LicenceKind.NON_COMMERCIAL, licence.id
