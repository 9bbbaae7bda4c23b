import {safeText} from '../base/safe-text.ts';
import {suggest} from '../base/suggest.ts';

/** What stands below every mistake on the command line. */
export const HELP_AFTER_ERROR = '(--help shows the usage)';

const CHOICES =
  / (?:argument|value) '(.*)' is invalid(?: for argument '[^']*')?\. Allowed choices are (.*)\.\n$/s;

/** What commander says of a command line, in the form of our messages. Of choices it names all, and not the one that was meant. */
export const usageError = (text: string): string => {
  const said = `ratectl: ${safeText(text.replace(/^error: /, '')).replaceAll('\\u000a', '\n')}`;
  const [, typed = '', choices = ''] = CHOICES.exec(text) ?? [];
  const meant = suggest(typed, choices === '' ? [] : choices.split(', '));
  return meant === undefined ? said : `${said}(Did you mean ${meant}?)\n`;
};
