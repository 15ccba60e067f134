"""`python -m tests.proof`: what `manage.py drill` starts, with servers of its own and no other office in its reach."""

import os
import secrets
import shutil
import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path

import django
import psutil

from config.processes import end_leftovers, stop_on_signals
from config.services import clear_away
from tests.proof.clock import Follower, until_morning
from tests.proof.house import House, own_house
from tests.proof.options import add_options
from tests.proof.rows import Played, as_table, goals, write

OTHERS = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_SUPERUSER_URL", "REDIS_URL")
FOLDER = Path("var/proof").absolute()


def main() -> int:
    """Play the days; 1 where a goal was missed."""
    parser = ArgumentParser(prog="manage.py drill")
    add_options(parser)
    options = parser.parse_args()
    if named := [name for name in OTHERS if name in os.environ]:
        parser.error(f"A drill works on servers of its own alone. Unset {', '.join(named)}.")
    clear_leftovers()
    folder = FOLDER / str(os.getpid())
    with own_house(folder) as house:
        days = play(house, options)
    print(as_table(days))
    write(days, options.json)
    is_sound = all(goal.is_reached for goal in goals(days))
    if is_sound:
        shutil.rmtree(folder)
    else:
        print(f"\nWhat the programs said is in {folder / 'log'}, until the next drill.")
    return 0 if is_sound else 1


def clear_leftovers() -> None:
    """End and delete what drills left that were killed themselves."""
    for other in FOLDER.glob("[0-9]*"):
        if not psutil.pid_exists(int(other.name)):
            end_leftovers(other)
            clear_away(other)


def play(house: House, options: Namespace) -> list[Played]:
    """Every day that is asked for, each told as it ends."""
    set_up(house)
    from tests.proof.drill import at_work
    from tests.proof.faults import FAULTS
    from tests.proof.office import make_office

    names = {"all": list(FAULTS), "none": []}.get(options.faults, options.faults.split(","))
    if unknown := set(names) - set(FAULTS):
        sys.exit(f"There is no fault {', '.join(sorted(unknown))}, but {', '.join(FAULTS)}.")
    office = make_office()
    house.keep_morning()
    days: list[Played] = []
    with at_work(house, office) as drill:
        say(days, drill.undisturbed())
        for seed in range(options.seed, options.seed + options.runs):
            say(days, drill.killed(seed))
        for name in names:
            say(days, drill.play(Played(name, FAULTS[name].__doc__ or ""), fault=FAULTS[name]))
    return days


def set_up(house: House) -> None:
    """Django on the drill's servers, with all tables, at ten in the morning."""
    os.environ |= house.servers.environment | {
        "SECRET_KEY": secrets.token_urlsafe(),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LOG_LEVEL": "WARNING",
        "API_READS_PER_MINUTE": "0",
        "API_WRITES_PER_MINUTE": "0",
    }
    house.clock.set(until_morning(datetime.now(UTC)))
    Follower(house.clock.path)
    django.setup()
    from django.core.management import call_command

    call_command("prepare_database", verbosity=0)


def say(days: list[Played], played: Played) -> None:
    """Tell how a day went, and keep it."""
    days.append(played)
    how = "sound" if played.is_sound else f"BROKEN, to repeat: {played.repeat}"
    print(f"{played.seconds:5.1f} s  {how}  {played.name}: {played.fault}", file=sys.stderr, flush=True)
    for words in played.broken:
        print(f"         {words[:600]}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    stop_on_signals()
    sys.exit(main())
