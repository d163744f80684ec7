"""mini-swe-agent: a model and one tool, bash. Its trajectory says how it ended; its exit code does not."""

import json

from eee_ci import asking
from eee_ci.agent import Ask, Told
from eee_ci.model import Command, Outcome
from eee_ci.readers import streams

KEY: str | None = "OPENAI_API_KEY"
NETWORK = True
READER = "mini-traj"
CONFIG = "mini.yaml"
DONE = "COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT"
ENV = {
    "MSWEA_CONFIGURED": "true",
    "MSWEA_SILENT_STARTUP": "1",
    "MSWEA_GLOBAL_CONFIG_DIR": "{scratch}/home/mini",
    "MSWEA_COST_TRACKING": "ignore_errors",  # a model without a known price works too
    "MSWEA_MODEL_RETRY_STOP_AFTER_ATTEMPT": "2",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # else the prices are fetched when it starts
}
SYSTEM = "You are a programmer who works by running commands of bash."
TASK = f"""\
{{{{task}}}}

Each of your answers has a short reason and exactly one call of `bash`. Each command runs in a new shell in
the same folder; variables and `cd` do not last. When all is done, run this alone, which ends the work:
`echo {DONE}`"""
SAW = """\
<returncode>{{output.returncode}}</returncode>
{% if output.exception_info %}<exception>{{output.exception_info}}</exception>
{% endif %}{% if output.output | length < 10000 %}<output>
{{output.output}}</output>{% else %}<head>
{{output.output[:5000]}}</head>
<left_out>{{output.output | length - 10000}} characters</left_out>
<tail>
{{output.output[-5000:]}}</tail>{% endif %}"""
WRONG = "{{error}} Answer with one call of the tool `bash`, whose only argument is `command`."


def command(ask: Ask) -> Command:
    """The whole config is ours: by a bare name a file of the project would be taken. The trajectory is the
    stream, so the console goes elsewhere."""
    model = asking.model(ask)
    return asking.command(
        ask,
        *("mini", "-c", f"{{scratch}}/{CONFIG}", "-y", "--exit-immediately", "--agent-class", "default"),
        *("-o", f"{{scratch}}/{asking.STREAM}", "-l", str(ask.limits.usd or 0)),
        *(("-m", model) if model else ()),
        env=ENV,
        stdin="",
        stdout="console",
        give={CONFIG: json.dumps(_config(ask)).encode()},
    )


def read(ask: Ask, said: bytes, outcome: Outcome | None) -> Told:
    return streams.read(ask.backend.reader or READER, said, outcome, ask.workdir)


def _config(ask: Ask) -> dict[str, dict[str, object]]:
    """JSON is YAML. Its own limit of time comes a little before ours, so that it can say so."""
    return {
        "run": {"task": asking.prompt(ask)},
        "agent": {
            "system_template": SYSTEM,
            "instance_template": TASK,
            "step_limit": asking.turns(ask) or 0,
            "wall_time_limit_seconds": max(1, int(ask.limits.seconds * 0.95)),
        },
        "environment": {
            "timeout": 120,
            "env": {"PAGER": "cat", "GIT_PAGER": "cat", "PIP_PROGRESS_BAR": "off"},
        },
        "model": {
            "observation_template": SAW,
            "format_error_template": WRONG,
            "model_kwargs": {"drop_params": True},
        },
    }
