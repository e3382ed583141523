/** `completions bash|zsh|fish`: a script for the shell, made from the table of commands. */
import { flagName, publicSettings } from "../config";
import type { CommandSpec, ParsedArguments } from "./arguments";
import { complain, type Terminal } from "./terminal";

type Commands = Readonly<Record<string, CommandSpec>>;

const PROGRAM = "jaot-triggers";
const SHELLS: Readonly<Record<string, (commands: Commands) => string>> = { bash, zsh, fish };

export function completions(terminal: Terminal, parsed: ParsedArguments, commands: Commands): number {
  const shell = parsed.positionals[0]!;
  const write = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
  if (write === undefined) {
    return complain(terminal, [`completions ${shell}: one of ${Object.keys(SHELLS).join(", ")} is expected`], 2);
  }
  terminal.out(write(commands));
  return 0;
}

function visible(commands: Commands): [name: string, spec: CommandSpec][] {
  return Object.entries(commands).filter(([, spec]) => spec.is_hidden !== true);
}

/** The words that the first positional accepts, such as `create|list|revoke`. */
function actionsOf(spec: CommandSpec): string[] {
  const first = spec.positionals[0] ?? "";
  return first.includes("|") ? first.split("|") : [];
}

function flagsOf(spec: CommandSpec): string[] {
  const own = Object.keys(spec.options).filter((name) => spec.options[name]?.refusal === undefined);
  const settings = spec.has_settings ? ["--config", ...publicSettings().map(flagName)] : [];
  return [...own.map((name) => `--${name}`), ...settings, "--help"];
}

function bash(commands: Commands): string {
  const names = visible(commands).map(([name]) => name);
  const cases = visible(commands).map(([name, spec]) => {
    const words = [...actionsOf(spec), ...flagsOf(spec)].join(" ");
    return `    ${name}) words="${words}" ;;`;
  });
  return `# bash completion of ${PROGRAM}: source it, or put it into /etc/bash_completion.d/
_jaot_triggers() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names.join(" ")}" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
    *) words="" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _jaot_triggers ${PROGRAM}
`;
}

function zsh(commands: Commands): string {
  const names = visible(commands).map(([name, spec]) => `    ${quoted(`${name}:${spec.about}`)}`);
  const cases = visible(commands).map(
    ([name, spec]) => `    ${name}) compadd -- ${[...actionsOf(spec), ...flagsOf(spec)].join(" ")} ;;`,
  );
  return `#compdef ${PROGRAM}
# zsh completion of ${PROGRAM}: put it as _${PROGRAM} into a directory of $fpath
_jaot_triggers() {
  local -a commands
  commands=(
${names.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case "$words[2]" in
${cases.join("\n")}
  esac
  _files
}
_jaot_triggers "$@"
`;
}

function fish(commands: Commands): string {
  const lines = visible(commands).flatMap(([name, spec]) => [
    `complete -c ${PROGRAM} -n __fish_use_subcommand -f -a ${name} -d ${quoted(spec.about)}`,
    ...actionsOf(spec).map((action) => `complete -c ${PROGRAM} -n '__fish_seen_subcommand_from ${name}' -a ${action}`),
    ...flagsOf(spec).map(
      (flag) => `complete -c ${PROGRAM} -n '__fish_seen_subcommand_from ${name}' -l ${flag.slice(2)}`,
    ),
  ]);
  return `# fish completion of ${PROGRAM}: put it into ~/.config/fish/completions/${PROGRAM}.fish\n${lines.join("\n")}\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
