"""Who asked, who approved, and whether the question stayed within what was approved."""

import hashlib

from . import cose, fields, person, strict_cbor
from .flow_csv import address_text
from .pack_state import Pack, two_signed
from .refused import require

_PURPOSES = {"resolve": (1,), "addresses-of": (1, 4), "services": (2, 4), "accessed": (3, 4),
             "subject-access": (4,)}


def people(pack: Pack) -> str:
    for data in pack.list("order/people"):
        enrolled = person.enrolment(two_signed(data, "enrolment", pack.pins))
        require(enrolled.person not in pack.people, "pack", "one person twice")
        pack.people[enrolled.person] = enrolled
    require(bool(pack.people), "pack", "nobody")
    return f"{len(pack.people)} people"


def request(pack: Pack) -> str:
    signed = person.read(pack.files["order/request"], "request")
    said = fields.keys(strict_cbor.decode(signed.payload), 22)
    fields.version(said, 1)
    asker = pack.people[said[19]]
    require(asker.may(1, said[16]) and asker.authority == said[5], "pack", "no requester")
    signed.verify(asker)
    pack.request, pack.digest = said, hashlib.sha256(signed.payload).digest()
    return said[8]


def approval(pack: Pack) -> str:
    papers = pack.list("order/approvals")
    require(bool(papers), "pack", "nobody approved")
    asker = pack.people[pack.request[19]]
    for data in papers:
        signed = person.read(data, "approval")
        said = fields.keys(strict_cbor.decode(signed.payload), 8)
        fields.version(said, 1)
        by = pack.people[said[4]]
        require(said[2] == pack.request[2] and said[3] == pack.digest, "pack", "of another request")
        is_other = by.person != asker.person and cose.key_id(by.point) != cose.key_id(asker.point)
        require(is_other and by.may(2, said[6]), "pack", "approver")
        require(said[5] is True, "pack", "somebody said no")
        signed.verify(by)
        pack.approved.append(said[6])
    return f"{len(papers)} approvals"


def scope(pack: Pack) -> str:
    """Purpose, subject, service, remote address and time of the question, each within the order."""
    asked, order = pack.question, pack.request[12]
    addresses, lines, services, remotes = (order[i] for i in (1, 2, 3, 4))
    require(asked["request"] == pack.request[2].hex(), "scope", "another request")
    require(pack.request[7] in _PURPOSES.get(asked["verb"], ()), "scope", "purpose")
    if asked["verb"] == "resolve":
        is_subject = any(address_text(address) == asked["address"] and port in (0, asked["port"])
                         for address, port, _ in addresses)
    else:
        is_subject = asked["line"] in lines
    require(is_subject, "scope", "address, port or line")
    is_service = asked["service"] == "" or any(
        asked["service"] == name or asked["service"].endswith("." + name) for name in services)
    require(is_service, "scope", "service")
    require(asked["remote"] == "" or asked["remote"] in map(address_text, remotes), "scope", "remote address")
    begin, end = asked["from_utc_us"], asked["to_utc_us"]
    require(pack.request[13] <= begin <= end <= pack.request[14], "scope", "time")
    return asked["verb"]
