"""The guardian under coverage: started in place of its own script while the tests are measured."""

import sys
from pathlib import Path

import coverage

ROOT = Path(__file__).parent.parent.parent


def main(data_file: str, run: str, probe: str) -> None:
    measure = coverage.Coverage(
        data_file=data_file, data_suffix=True, config_file=str(ROOT / "pyproject.toml")
    )
    measure.start()
    sys.path.append(str(ROOT))
    from eee_ci.process import watch

    watch.settle()
    watch.Watch(0, 1, run=run.encode(), probe=probe.encode()).serve()
    measure.stop()
    measure.save()


if __name__ == "__main__":
    main(*sys.argv[1:])
