import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

export interface Answer {
  readonly words: readonly string[];
  /** Whether bash is told to complete paths too. */
  readonly files: boolean;
}

/** What bash itself answers to a TAB at the end of a line. Words are cut at spaces and, as readline does it, around "=". */
export const completeInBash = (script: string, line: string): Answer => {
  const words = line
    .split(' ')
    .flatMap((word) =>
      word
        .split(/(=)/)
        .filter((part, i, parts) => part !== '' || parts.length === 1 || i === parts.length - 1),
    );
  const list = words.map((word) => `'${word}'`).join(' ');
  const program = `
${script}
compopt() { options="$*"; }
complete -p ratectl | grep -q -- '-F _ratectl' || exit 3
COMP_WORDS=(${list})
COMP_CWORD=${words.length - 1}
COMP_LINE='${line}'
COMP_POINT=${line.length}
_ratectl
printf '%s\\n' "\${COMPREPLY[@]}" "$options"`;
  // An empty folder: no file of this one is among the answers.
  const cwd = mkdtempSync(join(tmpdir(), 'ratectl-completion-'));
  try {
    const lines = execFileSync('bash', ['--norc', '-c', program], {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    })
      .split('\n')
      .slice(0, -1);
    return {
      words: lines.slice(0, -1).filter((word) => word !== ''),
      files: /^-o (?:default|filenames)$/.test(lines.at(-1)!),
    };
  } finally {
    rmSync(cwd, {recursive: true});
  }
};
