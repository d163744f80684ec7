"""Eight agents on files of their own, side by side and one after another: how much time is saved.

    python tests/bench/agents.py [--seconds S] [--kind wait|work] [--rounds N]

`wait`: each agent waits S seconds, as one does that asks a model. `work`: it computes for S seconds of a
core, so cores bound what can be saved. Verification by the gates is part of both. Prints Markdown.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent.parent
AGENTS = 8
DIRTY = "".join(f"import module_{number}\n" for number in range(30)) + "x = 1\n"
SCRIPT = """
import json, sys, time
asked = json.load(sys.stdin)
kind, seconds = sys.argv[1], float(sys.argv[2])
until = time.process_time() + seconds
if kind == "wait":
    time.sleep(seconds)
while kind == "work" and time.process_time() < until:
    sum(range(1000))
for name in {finding["file"] for finding in asked["findings"]}:
    open(name, "w").write("x = 1\\n")
print(json.dumps({"v": 1, "type": "finished", "status": "ok", "rc": 0}))
"""


def project(folder: Path, kind: str, seconds: float, most: int) -> Path:
    """Eight dirty files, and an agent that needs some time for each."""
    root = folder / "project"
    (root / ".claude" / "agents").mkdir(parents=True)
    script = folder / "agent.py"
    script.write_text(SCRIPT, encoding="utf-8")
    argv = [sys.executable, "-I", str(script), kind, str(seconds)]
    agents = {"backends": {"mine": {"kind": "command", "argv": argv}}, "max_agents": most}
    lint = {"tool": "ruff", "args": ["--isolated", "--select", "F"], "limits": {"findings": 0}}
    config = {"version": 1, "gates": {"lint": lint}, "agents": agents}
    (root / "eee-ci.yaml").write_text(json.dumps(config), encoding="utf-8")
    (root / ".claude" / "agents" / "linter.md").write_text(
        "---\nname: linter\ndescription: Mends lint findings.\nbackend: mine\n---\nWork.\n", encoding="utf-8"
    )
    for number in range(AGENTS):
        (root / f"m{number}.py").write_text(DIRTY, encoding="utf-8")
    own = ("-c", "user.name=bench", "-c", "user.email=bench@example.org")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "dirty")):
        subprocess.run(["git", *own, *words], cwd=root, check=True)
    return root


def run(kind: str, seconds: float, most: int) -> float:
    """Seconds on the clock of the agent stage, as its report says."""
    with tempfile.TemporaryDirectory() as folder:
        root = project(Path(folder), kind, seconds, most)
        words = [sys.executable, "-m", "eee_ci", "-C", str(root), "check", "--agents", "linter", "--apply"]
        done = subprocess.run([*words, "--quiet"], cwd=CHECKOUT, stdout=subprocess.DEVNULL, check=False)
        stage = json.loads((root / ".eee-ci/reports/report.json").read_bytes())["agents"]
        ends = [result["end"] for result in stage["results"]]
        if done.returncode or ends != ["accepted"] * AGENTS:
            raise SystemExit(f"the run did not end as it has to: exit {done.returncode}, {ends}")
        return float(stage["seconds"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--kind", choices=("wait", "work"), default="wait")
    parser.add_argument("--rounds", type=int, default=1)
    asked = parser.parse_args()
    took: dict[int, list[float]] = {1: [], AGENTS: []}
    for _ in range(asked.rounds):  # one after the other, so that a busy machine disturbs both alike
        for most, known in took.items():
            known.append(run(asked.kind, asked.seconds, most))
    one, many = (statistics.median(known) for known in took.values())
    sys.stdout.write(f"| {AGENTS} agents, {asked.seconds:g} s of {asked.kind} each | seconds |\n|---|---|\n")
    sys.stdout.write(f"| one after another | {one:.1f} |\n| side by side | {many:.1f} |\n")
    sys.stdout.write(f"| ratio | {many / one:.2f} |\n")
    sys.stdout.write(f"\n{time.strftime('%Y-%m-%d', time.gmtime())}, median of {asked.rounds}\n")


if __name__ == "__main__":
    main()
