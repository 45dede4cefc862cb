"""Schedules to start from: every key explained, valid once the angle brackets are filled in."""

from __future__ import annotations

_TOML = """\
# A schedule: who gets how much, for which milestone, from when, and who attests.
# Fill in what stands in <angle brackets>, then try it with: milestone schedule check THIS_FILE

name = "grants-2030"              # letters, digits, '-', '_' and '.'; commands know it by this
owner = "<address>"               # gets back what is never earned
expiry = 2030-12-31T00:00:00Z     # until then the owner cannot take back anything
# until = 2031-06-30T00:00:00Z    # how long oracles may attest; left out: expiry and 90 days

quorum = 2                        # this many oracles must attest the same evidence
oracles = [                       # 1 to 16: each an address, a key hash (56 hex digits
                                  # or addr_vkh1...), or a public key (addr_vk1...)
  "<address of the first oracle>",
  "<address of the second oracle>",
  "<address of the third oracle>",
]

[asset]                           # what is paid
unit = "ada"
# For a token, write these in place of unit:
# policy = "<56 hex digits>"
# name = "GRANT"                  # or name_hex = "4752414e54"
# decimals = 2                    # as in the token's registry entry
# ticker = "GRANT"

[[milestones]]                    # 1 to 32, each with an id that rows and oracles name
id = "design"
title = "The design is reviewed and published"

[[milestones]]
id = "launch"
title = "The service is open to the public"

[vestings.at-once]                # a cliff: everything at its start
start = 2030-01-31T12:00:00Z

[vestings.monthly]                # instalments: the first at the start, one more every 30 days
start = 2030-01-31T12:00:00Z
every = "30d"                     # s, min, h, d or w; months differ in length
instalments = 10                  # 1 to 255; a vesting must end 30 days before the expiry

# Rows: here, or in a CSV given with --csv (milestone schedule template --csv), or both.
# An amount is a text in whole units, as people write it: "1000" or "12.5".

[[allocations]]
beneficiary = "<address of the first beneficiary>"
amount = "1500"
milestone = "design"
vesting = "at-once"

[[allocations]]
beneficiary = "<address of the second beneficiary>"
amount = "2500.50"
milestone = "launch"
vesting = "monthly"

# [policy]                        # left out: pay what is proven and vested
# name = "quorum-vesting"
# settings = {}                   # what the policy can be told
# observer = "<56 hex digits>"    # its script on chain; without one the policy is advisory
"""

_CSV = """\
beneficiary,amount,milestone,vesting,start,every,instalments,note
<address of the first beneficiary>,1500,design,at-once,,,,a vesting of the schedule by its name
<address of the second beneficiary>,2500.50,launch,,2030-01-31T12:00Z,30d,10,a vesting of its own
"""


def template_toml() -> str:
    """A schedule in TOML, with a comment for every key."""
    return _TOML


def template_csv() -> str:
    """Rows in CSV, for a schedule as :func:`template_toml` has it; notes stay off chain."""
    return _CSV
