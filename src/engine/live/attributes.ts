/** What live requests say of themselves: their attributes, conditions on them, and templates over them. */
import {attributeText} from '../attribute-text.ts';
import {templateParts} from '../key-template.ts';
import type {MatcherSpec} from '../policy-model.ts';
import {compileGlob} from './glob.ts';

/** What is known of a request: `{ip: '203.0.113.7', path: '/api', plan: 'free'}`. Undefined and empty are missing. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

export type Condition = (attributes: Attributes) => boolean;

/** The value of an attribute as text; the empty text when it is missing. */
export const textOf = (attributes: Attributes, name: string): string =>
  Object.hasOwn(attributes, name) ? attributeText(attributes[name]) : '';

/** Renders a template; the empty text when an attribute is missing, unless missing ones are to be left out. */
export const renderer = (
  template: string,
  missing: 'skips' | 'empty' = 'skips',
): ((attributes: Attributes) => string) => {
  const decoder = new TextDecoder();
  const parts = templateParts(template).map((part) =>
    part.kind === 'text' ? {text: decoder.decode(part.bytes)} : {name: part.name},
  );
  const only = parts.length === 1 ? parts[0]!.name : undefined;
  if (only !== undefined) return (attributes) => textOf(attributes, only);
  return (attributes) => {
    let rendered = '';
    for (const {text, name} of parts) {
      const value = name === undefined ? text : textOf(attributes, name);
      if (value === '' && missing === 'skips') return '';
      rendered += value;
    }
    return rendered;
  };
};

/** All attributes must match; any of an attribute's values will do; a missing attribute matches nothing. */
export const conditionOf = (specs: readonly MatcherSpec[]): Condition => {
  const clauses = specs.map(({attribute, values}) => ({attribute, globs: values.map(compileGlob)}));
  return (attributes) =>
    clauses.every(({attribute, globs}) => {
      const text = textOf(attributes, attribute);
      return text !== '' && globs.some((matches) => matches(text));
    });
};
