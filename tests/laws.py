"""The laws of the house (DESIGN §1) as functions over a source tree: each gives the places where it is broken.

They read the tree and run nothing of it, so that a small broken tree can be put before each (`test_house.py`).
"""

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

ROOMS = ("bot", "store", "handlers")
SOURCES = (*ROOMS, "tests", "bench")
MAIN = "bot/__main__.py"
BRING_IN = (MAIN, "store/schema.py")
"""Who may import by a name when it is needed (decision 0029)."""
SEEN_BY = {"bot": {"bot"}, "store": {"bot", "store"}, "handlers": set(ROOMS)}
THROUGH = "handlers/desk"
"""The one room of handlers that the others may know."""

DOORS = {
    "telegram": ("handlers/telegram",),
    "twilio": ("handlers/sms", "handlers/voice"),
    "apscheduler": ("handlers/heartbeat",),
    "fastapi": ("handlers/web",),
    "starlette": ("handlers/web",),
    "sqlmodel": ("store",),
    "sqlalchemy": ("store",),
    "alembic": ("store",),
    "pydantic_settings": ("bot/settings",),
    "typer": ("handlers/commands", MAIN),
    "fpdf": ("handlers/papers",),
    "docx": ("handlers/papers",),
}
MIND = {*sys.stdlib_module_names, "pydantic", "pydantic_settings", "rapidfuzz", "bot"}
CHANCE = {"random", "secrets", "uuid"}
WALL_CLOCK = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}
LONGEST_FUNCTION, LONGEST_FILE = 50, 350
AWAY = {"node_modules", "__pycache__", "build", "dist"}
UNFINISHED = ("TO" + "DO", "FIX" + "ME")
WORK = {
    *("open", "read_text", "read_bytes", "write_text", "write_bytes", "mkdir", "connect", "run", "Popen", "getenv"),
    *("create_engine", "create_async_engine", "new_event_loop", "get_event_loop", "FastAPI", "Bot", "Client"),
}
DEFINITIONS = (
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Assign,
    ast.AnnAssign,
)

Law = Callable[[Path], Iterator[str]]
Function = ast.FunctionDef | ast.AsyncFunctionDef


def files(tree: Path, *folders: str) -> Iterator[tuple[str, ast.Module]]:
    """Every Python file of these folders, by its path in the tree."""
    for folder in folders:
        for path in sorted((tree / folder).rglob("*.py")):
            if not AWAY & set(path.parts):
                yield path.relative_to(tree).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def texts(tree: Path) -> Iterator[tuple[str, str]]:
    """Every text of the tree that people wrote or keep in it, by its path."""
    for path in sorted(tree.rglob("*")):
        parts = path.relative_to(tree).parts
        hidden = parts[0].startswith(".") and parts[0] not in (".ci", ".env.example", ".gitignore")
        if hidden or AWAY & set(parts) or any(part.endswith("_cache") for part in parts) or not path.is_file():
            continue
        try:
            yield path.relative_to(tree).as_posix(), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def imports(module: ast.AST, path: str) -> Iterator[tuple[int, str]]:
    """Every module that a file names in an import, with the line; `from a import b` names both a and a.b."""
    package = path.split("/")[:-1]
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            yield node.lineno, source
            yield from ((node.lineno, f"{source}.{alias.name}") for alias in node.names)


def functions(module: ast.AST) -> Iterator[Function]:
    yield from (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def calls(module: ast.AST) -> Iterator[ast.Call]:
    yield from (node for node in ast.walk(module) if isinstance(node, ast.Call))


def room(path: str) -> str:
    """The room of a file of handlers: a file, or a folder; what follows an underscore is the same room."""
    return "/".join(path.split("/")[:2]).removesuffix(".py").split("_")[0]


def direction(tree: Path) -> Iterator[str]:
    """Handlers know the store, the store the mind, and never back; nothing in the house imports `bot.__main__`."""
    for path, module in files(tree, *ROOMS):
        allowed = SEEN_BY[path.split("/")[0]] if path != MAIN else set(ROOMS)
        for line, name in imports(module, path):
            top = name.split(".")[0]
            if (top in ROOMS and top not in allowed) or name.startswith("bot.__main__"):
                yield f"{path}:{line} imports {name}"


ATTACHING = ("handlers/service.py", "handlers/doors.py", "handlers/commands/")
"""The service, the doors and the command line put the rooms together (docs/decisions/0002)."""


def handlers_apart(tree: Path) -> Iterator[str]:
    """Handlers do not import each other, except through the desk."""
    for path, module in files(tree, "handlers"):
        if path.startswith(ATTACHING):
            continue
        for line, name in imports(module, path):
            other = room(name.replace(".", "/"))
            if other.startswith("handlers/") and other not in (room(path), THROUGH):
                yield f"{path}:{line} imports {name}"


def libraries_behind_doors(tree: Path) -> Iterator[str]:
    """A library is known to the one room that it serves."""
    for path, module in files(tree, *ROOMS):
        for line, name in imports(module, path):
            doors = DOORS.get(name.split(".")[0])
            if doors and not path.startswith(doors):
                yield f"{path}:{line} imports {name}"


def pure_mind(tree: Path) -> Iterator[str]:
    """The mind knows the standard library, pydantic and RapidFuzz, and nothing that is left to chance."""
    for path, module in files(tree, "bot"):
        for line, name in imports(module, path):
            top = name.split(".")[0]
            if path != MAIN and (top not in MIND | set(ROOMS) or top in CHANCE):
                yield f"{path}:{line} imports {name}"


def one_clock(tree: Path) -> Iterator[str]:
    """The one reading of the wall clock is `bot/clock.py`'s; `now` is an argument everywhere else."""
    for path, module in files(tree, *SOURCES):
        if path.startswith("tests/peers/"):
            continue  # programs of others keep their own time
        for node in ast.walk(module):
            if isinstance(node, ast.Attribute):
                owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
                if f"{owner}.{node.attr}" in WALL_CLOCK and path != "bot/clock.py":
                    yield f"{path}:{node.lineno} reads {owner}.{node.attr}"
        for line, name in imports(module, path):
            if name in WALL_CLOCK:
                yield f"{path}:{line} imports {name}"


def no_chance(tree: Path) -> Iterator[str]:
    """`random` is nobody's: what must not be guessed is from `secrets`, what must be repeated has a seed of its own."""
    for path, module in files(tree, *ROOMS):
        yield from (f"{path}:{line} imports {name}" for line, name in imports(module, path) if name == "random")


def imports_on_top(tree: Path) -> Iterator[str]:
    """No import inside a function. (`bot.__main__` brings in the command that is asked for, `store.schema` Alembic.)"""
    for path, module in files(tree, *SOURCES):
        lines = {line for function in functions(module) for line, _ in imports(function, path)}
        yield from (f"{path}:{line} imports inside a function" for line in sorted(lines))
        for call in calls(module):
            by_name = ast.unparse(call.func) in ("__import__", "importlib.import_module", "import_module")
            if by_name and path not in BRING_IN:
                yield f"{path}:{call.lineno} imports by a call"


def no_work_at_import(tree: Path) -> Iterator[str]:
    """A module defines, and does nothing. (Alembic's env.py and `bot.__main__` are run; nothing imports them.)"""
    for path, module in files(tree, *SOURCES):
        if path in ("store/migrations/env.py", MAIN):
            continue
        for node in module.body:
            text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            guard = isinstance(node, ast.If) and (
                "__name__" in ast.unparse(node.test) or "TYPE_CHECKING" in ast.unparse(node.test)
            )
            if not (text or guard or isinstance(node, DEFINITIONS)):
                yield f"{path}:{node.lineno} does something at import: {ast.unparse(node).splitlines()[0]}"
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                yield from (f"{path}:{node.lineno} {why} at import" for why in _work(node.value))


def _work(value: ast.expr) -> Iterator[str]:
    deferred = {id(inner) for node in ast.walk(value) if isinstance(node, ast.Lambda) for inner in ast.walk(node)}
    for node in ast.walk(value):
        if id(node) in deferred:
            continue
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in WORK:
            yield f"calls {ast.unparse(node.func)}"
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "os.environ":
            yield "reads os.environ"


def no_commit_in_store(tree: Path) -> Iterator[str]:
    """Functions in the store take a transaction and never end it; `store/database.py` alone does."""
    for path, module in files(tree, "store", "handlers"):
        for call in calls(module):
            ends = isinstance(call.func, ast.Attribute) and call.func.attr in ("commit", "rollback")
            if ends and path not in ("store/database.py", "store/migrations/env.py"):
                yield f"{path}:{call.lineno} calls {ast.unparse(call.func)}"


SENDS = {"send": "handlers/delivery", "hold": "handlers/held"}
"""What makes a provider send, and the one room that may call it."""


def sent_by_delivery(tree: Path) -> Iterator[str]:
    """Nothing leaves but from its rows: delivery alone calls a carrier's `send`, the backstop alone a holder's `hold`."""
    for path, module in files(tree, *ROOMS):
        for call in calls(module):
            room_of = SENDS.get(call.func.attr) if isinstance(call.func, ast.Attribute) else None
            if room_of and not path.startswith(room_of):
                yield f"{path}:{call.lineno} calls {ast.unparse(call.func)}"


def deaf_visit(tree: Path) -> Iterator[str]:
    """The visit is deaf to its alarms: it knows the kinds to ask for and no more; the alarm machine knows no visit."""
    for path, module in files(tree, "bot"):
        for line, name in imports(module, path):
            peeks = (
                path == "bot/visit.py" and name.startswith("bot.alarm") and name not in ("bot.alarm", "bot.alarm.Kind")
            )
            if peeks or (path == "bot/alarm.py" and name.startswith("bot.visit")):
                yield f"{path}:{line} imports {name}"


def small_rooms(tree: Path) -> Iterator[str]:
    """A file that has grown too long asks to be two, and so does a function."""
    for path, module in files(tree, *SOURCES):
        length = len((tree / path).read_text(encoding="utf-8").splitlines())
        if length > LONGEST_FILE:
            yield f"{path} has {length} lines"
        frozen = path.startswith("store/migrations/versions/")  # a step is written once, and read from top to bottom
        for function in functions(module) if not frozen else ():
            lines = (function.end_lineno or function.lineno) - function.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield f"{path}:{function.lineno} {function.name} has {lines} lines"


def tests_state_promises(tree: Path) -> Iterator[str]:
    """Every test has a docstring that states its promise."""
    for path, module in files(tree, "tests"):
        for function in functions(module) if Path(path).name.startswith("test_") else ():
            if function.name.startswith("test_") and not ast.get_docstring(function):
                yield f"{path}:{function.lineno} {function.name} states no promise"


REAL_TIME = {
    "tests/kill/process.py": "a stopped process stands still for so long, and can tell nobody of it",
    "tests/kill/moments.py": "a process is killed at a moment of real time that chance has drawn",
}
"""Where a length of real time is what is wanted, and why."""


def tests_do_not_sleep(tree: Path) -> Iterator[str]:
    """Tests wait for what they wait for; a sleep stands only with its reason on the line. sleep(0) is none.

    To wait so long for an event that nobody sets is a sleep by another name.
    """
    for path, module in files(tree, "tests"):
        lines = (tree / path).read_text(encoding="utf-8").splitlines()
        never = _never_set(module)
        for call in calls(module):
            sleeps = (
                ast.unparse(call.func) in ("time.sleep", "asyncio.sleep", "sleep")
                and ast.unparse(call) != "asyncio.sleep(0)"
            )
            in_vain = path not in REAL_TIME and _waits_in_vain(call, never)
            if (sleeps or in_vain) and "#" not in lines[call.lineno - 1]:
                yield f"{path}:{call.lineno} {ast.unparse(call)}"


def _waits_in_vain(call: ast.Call, never: set[str]) -> bool:
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "wait" or not (call.args or call.keywords):
        return False
    return _is_event(call.func.value) or ast.unparse(call.func.value) in never


def _is_event(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and ast.unparse(value.func).split(".")[-1] == "Event"


def _never_set(module: ast.Module) -> set[str]:
    """The events that a file makes and does nothing with but wait: it neither sets them nor hands them to anybody."""
    nodes = list(ast.walk(module))
    made = {
        ast.unparse(name)
        for node in nodes
        if isinstance(node, ast.Assign) and _is_event(node.value)
        for name in node.targets
    }
    waited = {id(node.value) for node in nodes if isinstance(node, ast.Attribute) and node.attr == "wait"}
    names = [node for node in nodes if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load)]
    return made - {ast.unparse(node) for node in names if id(node) not in waited}


def nothing_unfinished(tree: Path) -> Iterator[str]:
    """No word in the tree puts off what is to be done."""
    for path, text in texts(tree):
        for number, line in enumerate(text.splitlines(), 1):
            yield from (f"{path}:{number} says {word}" for word in UNFINISHED if word in line)


LAWS: tuple[Law, ...] = (
    direction,
    handlers_apart,
    libraries_behind_doors,
    pure_mind,
    one_clock,
    no_chance,
    imports_on_top,
    no_work_at_import,
    no_commit_in_store,
    sent_by_delivery,
    deaf_visit,
    small_rooms,
    tests_state_promises,
    tests_do_not_sleep,
    nothing_unfinished,
)
