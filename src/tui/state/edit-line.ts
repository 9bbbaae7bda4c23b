/** What a key makes of a line of text that is typed at its end; undefined: the key is no part of the text. */
export const editLine = (text: string, name: string): string | undefined => {
  if (name === 'backspace' || name === 'delete') return Array.from(text).slice(0, -1).join('');
  if (name === 'ctrl+u') return '';
  if (name === 'ctrl+w') return text.replace(/\S*\s*$/, '');
  return Array.from(name).length === 1 && name >= ' ' ? text + name : undefined;
};
