import {describe, expect, test} from 'vitest';
import {jsonFixture} from '../../support/fixture.ts';
import {parseList} from './structured-list.ts';

interface Case {
  readonly value: string;
  readonly parsed: {readonly items?: readonly unknown[]; readonly sf_error?: string};
}

const {cases, malformed_or_borderline} = jsonFixture<{cases: Case[]; malformed_or_borderline: Case[]}>(
  'tables/ietf_ratelimit_headers.json',
);

describe('the parser that the tests of header fields use', () => {
  // An inner list is a List member that no RateLimit field may have: refused here as a whole.
  const rows = [...cases, ...malformed_or_borderline].filter(({value}) => !value.startsWith('('));

  test.each(rows)('reads $value as the draft and a known parser do', ({value, parsed}) => {
    if (parsed.items === undefined) expect(() => parseList(value)).toThrow();
    else expect(parseList(value)).toEqual(parsed.items);
  });
});
