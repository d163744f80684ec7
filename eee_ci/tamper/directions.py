"""T6's tables: for each setting, which way is stricter. Names are spelled with `_` and in lower case."""

_MIN = (
    "fail_under", "cov_fail_under", "tests", "tests_min", "coverage", "branch_coverage", "min", "lines",
    "statements", "branches", "functions", "target", "fail_below", "minimum", "min_score",
)  # fmt: skip  # read in rows
_MAX = (
    "max", "max_complexity", "max_args", "max_arguments", "max_branches", "max_returns", "max_statements",
    "max_locals", "max_positional_args", "max_public_methods", "max_nested_blocks", "max_bool_expr",
    "max_line_length", "max_doc_length", "line_length", "max_attributes", "max_module_lines", "findings",
    "critical", "high", "medium", "low", "info", "complexity", "complexity_max", "tests_failed",
    "tests_skipped", "retries", "reruns", "max_warnings", "threshold", "uncovered_functions",
    "max_cognitive_complexity", "cognitive_complexity", "max_depth", "max_lines", "max_params",
    "max_parents",
)  # fmt: skip  # read in rows
_SHRINK = (
    "ignore", "extend_ignore", "exclude", "extend_exclude", "omit", "exclude_lines", "exclude_also",
    "partial_branches", "per_file_ignores", "extend_per_file_ignores", "skips", "norecursedirs", "disable",
    "disable_error_code", "exclude_dirs", "filterwarnings", "deselect", "collect_ignore", "ignore_paths",
    "coverage_path_ignore_patterns", "test_path_ignore_patterns", "ignore_patterns", "ignores", "unfixable",
    "allowed_confusables", "ignored_modules", "ignored_classes", "generated_members", "force_exclude",
    "exclude_files", "exclude_re", "consider_ignore", "untyped_calls_exclude", "extend_safe_fixes",
    "allowlist", "excluded_paths", "skip_glob", "extend_skip", "skip", "ignore_names",
    "extend_ignore_names", "branches_ignore", "paths_ignore", "exempt_modules", "task_tags",
    "allowed_unresolved_imports",
)  # fmt: skip  # read in rows
_GROW = (
    "select", "extend_select", "enable", "enable_error_code", "testpaths", "files", "include",
    "extend_include", "plugins", "load_plugins", "packages", "collect_coverage_from", "test_match",
    "report_on", "paths", "required_plugins", "sources", "gates", "needs", "hooks", "stages", "envlist",
    "env_list", "lib", "types", "extend", "extends",
)  # fmt: skip  # read in rows
NARROWING = frozenset(
    ("select", "testpaths", "files", "include", "packages", "paths", "sources", "collect_coverage_from")
)
_ON = (
    "strict", "xfail_strict", "branch", "check_untyped_defs", "local_partial_types", "extra_checks",
    "no_emit", "enabled", "require_serial", "pass_filenames", "always_run", "error_on_warnings",
    "strict_equality", "force_grid_wrap", "report_unused", "no_fallthrough_cases_in_switch",
    "no_property_access_from_index_signature", "exact_optional_property_types", "isolated_modules",
    "check_js", "show_missing",
)  # fmt: skip  # read in rows
_OFF = (
    "exit_zero", "continue_on_error", "follow_untyped_imports", "no_strict_optional", "skip_covered_files",
    "pass_with_no_tests", "no_cov", "ignore_missing_imports", "ignore_errors", "fail_fast", "informational",
    "no_site_packages", "skip_lib_check", "skip_install", "ignore_outcome", "suppress_type_errors",
    "cover_pylib", "implicit_optional", "soft_fail", "no_default_excludes", "ignore_init_module_imports",
)  # fmt: skip  # read in rows
_FIXED = (
    "source", "source_pkgs", "relative_files", "python_files", "python_classes", "python_functions",
    "follow_imports", "import_mode", "confcutdir", "severity", "dummy_variable_rgx", "dynamic_context",
    "concurrency", "core", "patch", "disable_warnings", "run", "command", "commands", "entry", "exits",
    "report", "mypy_path", "custom_typeshed_dir", "rules", "contextual", "python_executable", "pythonpath",
    "base_python", "minversion", "config_file", "coverage_threshold", "preset", "test_environment", "tool",
    "setup_files", "setup_files_after_env", "global_setup", "usefixtures", "tests_dir", "version", "pre",
    "post", "script", "scripts", "builtins", "typing_modules", "runtime_evaluated", "confidence", "level",
    "baseline", "targets", "junit_family", "python_version",
)  # fmt: skip  # read in rows
_WORDS = ("addopts", "args", "opts", "options", "flags", "pytest_args", "command_line", "extra_args")

DIRECTIONS: dict[str, str] = {
    **dict.fromkeys(_FIXED, "fixed"),
    **dict.fromkeys(_MIN, "min"),
    **dict.fromkeys(_MAX, "max"),
    **dict.fromkeys(_SHRINK, "shrink"),
    **dict.fromkeys(_GROW, "grow"),
    **dict.fromkeys(_ON, "on"),
    **dict.fromkeys(_OFF, "off"),
    **dict.fromkeys(_WORDS, "words"),
    "mode": "mode",
}
# these speak for whatever stands below them
ABOVE = frozenset((
    "per_file_ignores", "extend_per_file_ignores", "findings", "severity", "rules", "coverage_threshold",
    "ignores", "exits",
))  # fmt: skip  # read in rows
# what holds while nothing is set: less than this is stricter
DEFAULTS: dict[str, float] = {
    "max_complexity": 10, "max_args": 5, "max_branches": 12, "max_returns": 6, "max_statements": 50,
    "max_locals": 15, "max_nested_blocks": 5, "max_bool_expr": 5, "max_public_methods": 20, "line_length": 79,
    "max_line_length": 79, "retries": 0, "reruns": 0, "max_warnings": 0, "findings": 0, "tests_failed": 0,
    "max_positional_args": 5,
}  # fmt: skip  # read in rows
# options of pytest and others that only change what is shown, or make it stricter
HARMLESS = (
    "-q", "-v", "-r", "-l", "--quiet", "--verbose", "--tb", "--color", "--durations", "--showlocals",
    "--strict", "--code-highlight", "--no-header", "--no-summary", "--show-", "--pretty", "-s",
)  # fmt: skip  # read in rows
# each config file, and those that its tool passes over when it is there
OVERRULED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini"),
        ("pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg"),
    ),
    **dict.fromkeys(("ruff.toml", ".ruff.toml"), ("pyproject.toml", "ruff.toml")),
    **dict.fromkeys(("mypy.ini", ".mypy.ini"), ("pyproject.toml", "setup.cfg", ".mypy.ini")),
    ".coveragerc": ("pyproject.toml", "setup.cfg", "tox.ini"),
    ".bandit": ("pyproject.toml",),
    ".flake8": ("setup.cfg", "tox.ini"),
    "tox.ini": ("pyproject.toml", "setup.cfg"),
    "pyrightconfig.json": ("pyproject.toml",),
    ".eee-ci.yaml": ("eee-ci.yaml", ".github/eee-ci.yaml"),
    "eee-ci.yaml": (".eee-ci.yaml", ".github/eee-ci.yaml"),
    ".isort.cfg": ("pyproject.toml", "setup.cfg"),
}
