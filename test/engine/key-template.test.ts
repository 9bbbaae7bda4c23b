import {describe, expect, test} from 'vitest';
import {parseTemplate, templateAttributes, templateParts} from '../../src/engine/key-template.ts';

const shown = (text: string): string | number => {
  const parts = parseTemplate(text);
  return 'badAt' in parts
    ? parts.badAt
    : parts
        .map((part) => (part.kind === 'text' ? new TextDecoder().decode(part.bytes) : `<${part.name}>`))
        .join('|');
};

describe('key templates', () => {
  test.each([
    ['{ip}', '<ip>', 'one attribute'],
    ['{tenant}:{path}', '<tenant>|:|<path>', 'several, with text between'],
    ['all', 'all', 'text alone'],
    ['', '', 'nothing at all'],
    ['{{{ip}}}', '{|<ip>|}', 'doubled braces are braces'],
    ['{{ip}}', '{ip}', 'and hide an attribute'],
    ['{http.user-agent_2}', '<http.user-agent_2>', 'names with dots, dashes and digits'],
    ['é{a}', 'é|<a>', 'UTF-8'],
  ])('%s is %s: %s', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  test.each([
    ['{ip', 0],
    ['ip}', 2],
    ['{}', 0],
    ['{a b}', 0],
    ['{2a}', 0],
    ['x{{{y', 3],
  ])('%s has a brace without partner at %i', (text, badAt) => {
    expect(shown(text)).toBe(badAt);
  });

  test('names its attributes, and says what is wrong when asked for the parts of no template', () => {
    expect(templateAttributes('{a}-{b}{a}')).toEqual(['a', 'b', 'a']);
    expect(() => templateParts('x{')).toThrow('character 2');
  });
});
