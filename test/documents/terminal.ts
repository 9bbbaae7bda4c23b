/**
 * A `ratectl` for bash that behaves as on a terminal, where commands end only when somebody ends them: the dashboard gets a terminal
 * and is left with "q", and what runs in the foreground for ever gets SIGTERM after two seconds. `person`: somebody is there who
 * confirms what is asked, says why, and has receipts.
 */
export const terminalScript = (command: string, who: 'nobody' | 'person'): string => `#!/usr/bin/env bash
itself() { ${command} "$@"; }
until_told() {
  local status=0
  timeout --signal=TERM 2 ${command} "$@" < <(sleep 5) || status=$?
  # 124: it ran until it was told to end.
  [ "$status" = 124 ] || return "$status"
}
${who === 'person' ? CONFIRMS : ''}
case "$1 $*" in
  'top '*) { sleep 1; printf q; } | script --quiet --return --command "${command} $(printf '%q ' "$@")" /dev/null ;;
  'serve '*' --listen '*|'serve '*'--mcp stdio'*|'serve '*'--token-manager'*) until_told "$@" ;;
  'serve '*) until_told "$@" --listen 127.0.0.1:0 ;;
  *--watch*) until_told "$@" ;;
  *) itself "$@" ;;
esac
`;

const CONFIRMS = `
# A receipt has the time of its run in its name: the newest of its kind stands for the one that a document names.
for word in "$@"; do
  case "$word" in
    .ratectl/receipts/*)
      kind=$(basename "$word" | sed 's/-[0-9TZ]*.jsonl$//')
      [ -e "$word" ] || cp "$(ls -t .ratectl/receipts/"$kind"-[0-9]*.jsonl | head -1)" "$word" ;;
  esac
done
case "$*" in
  *--yes*|*--confirm*|*--dry-run*|*--plan-out*) ;;
  'degrade set closed'*) set -- "$@" --confirm closed ;;
  'reset '*|'degrade set'*|'token put'*) set -- "$@" --yes ;;
esac
case "$*" in
  *--reason*|*--plan-out*) ;;
  'reset '*) set -- "$@" --reason 'asked for it' ;;
esac
`;
