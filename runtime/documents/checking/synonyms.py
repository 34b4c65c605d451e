"""English words that an answer uses for another of its source, in groups; names and numbers are none of them."""

from __future__ import annotations

from functools import lru_cache

from runtime.documents.normal import normaliser

# One group a line. Words that are each other's contrary in any sense stand in no common group.
_GROUPS = """
    permission consent approval agreement authorisation authorization leave
    permit permitted allow allowed authorise authorised authorize authorized
    forbid forbidden prohibit prohibited ban banned
    begin began begun start started commence commenced
    end ended finish finished conclude concluded terminate terminated expire expired cease ceased
    buy bought purchase purchased acquire acquired
    sell sold
    price cost costs amount fee charge
    pay paid payable
    salary wage wages earn earns earned income
    repair repairs repaired fix fixed mend mended
    car vehicle automobile
    doctor physician
    medicine medication drug
    illness disease condition
    exam examination test
    lab laboratory
    photo photograph picture image shot
    phone telephone call
    flat apartment
    house building home
    dog cat pet animal
    child children kid
    company firm employer business enterprise
    job employment work position
    employee worker staff
    holiday vacation leave
    money cash payment fund
    tenancy lease contract agreement
    clause provision section
    landlord lessor owner
    tenant renter lessee
    deposit security
    notice notification
    inform informed notify notified tell told report reported
    require required need needed necessary must
    obtain receive received get got
    reject rejected refuse refused decline declined turn
    accept accepted approve approved agree agreed
    cancel cancelled call
    excess deductible
    insurance insured insures insurer cover covered
    damage damaged
    destroy destroyed wreck wrecked ruin ruined
    build built construct constructed construction
    connect connected connects link linked links join
    long length
    wide width
    high height
    heavy weight weigh weighs
    deep depth
    large size big
    old age aged
    fast quick rapid speed
    twice double doubled
    roughly about approximately around circa
    yearly annual annually year
    monthly month
    weekly week
    daily day everyday
    autumn fall
    evening night
    noon midday
    morning am
    illness sick nausea unwell
    headache headaches migraine
    allergy allergic
    operate operated surgery operation
    discharge discharged released
    admit admitted
    children kids child
    pupil student
    teacher instructor
    boss supervisor manager superior
    meeting assembly session
    vote voted votes
    present attend attended
    chair chairman chairperson president
    choose chosen select selected elect elected
    leave left quit depart departed
    replace replaced exchange exchanged swap
    remove removed delete deleted
    keep kept retain retained store stored hold
    secret confidentiality confidential
    broken defective faulty
    error fault failure
    turn switch switched
    wash rinse rinsed clean cleaned
    empty drain
    warm hot
    waste rubbish garbage trash
    street road
    town city
    country nation
    ship boat vessel
    train railway rail
    goods freight cargo
    software program application app
    computer machine
    function work operate
    load loaded open
    disable off
    enable on
    manual instructions handbook
    guarantee warranty
    prior beforehand advance before ahead
    immediately instantly once
    annually yearly
    extra additional further
    separate separately
    entire whole complete full
    maximum most
    minimum least
    exceed more above
    rise rose risen increase increased grow grew grown
    drop dropped fall fell fallen decrease decreased decline declined shrink shrank reduce reduced
    help helped aid assist assisted support
    show showed shown reveal revealed indicate indicated
    find found discover discovered detect detected
    cause caused lead led
    die died death
    wife husband spouse
    kept stored
    ask asked request requested apply
    answer reply respond response
    send sent dispatch ship shipped deliver delivered
    bring brought
    return returned back
    refund reimburse reimbursed repay repaid
    live lives reside resides inhabitant resident
    situated located lies
    expense borne cost
    measure measures cover covers area
    write written writing
    sign signed signature
    name named called
    use used usage
    last lasts duration
    supply supplied provide provided
    transport carry carried
    member membership
    join joined enter entered
"""
_MEANS_THE_SAME = 0.75


@lru_cache(maxsize=1)
def _by_stem() -> dict[str, frozenset[str]]:
    made = normaliser("en")
    found: dict[str, set[str]] = {}
    for line in _GROUPS.strip().splitlines():
        stems = {"".join(made.terms_of_word(word)) for word in line.split()}
        for stem in stems:
            found.setdefault(stem, set()).update(stems - {stem})
    return {stem: frozenset(others) for stem, others in found.items()}


def alike_in_meaning(stem: str, language: str) -> dict[str, float]:
    """Stems that may stand for one, and how well (0 to 1). Any thread."""
    return dict.fromkeys(_by_stem().get(stem, ()), _MEANS_THE_SAME) if language == "en" else {}
