import type {Role} from '../colour.ts';
import {type Fact, facts} from '../facts.ts';
import {formatPlural} from '../format-number.ts';
import type {RekeyedToken, TokenRekey} from '../model/token-list.ts';
import {nameText} from '../name-text.ts';
import type {Style} from '../style.ts';
import {type Column, table} from '../table.ts';

const COLUMNS: readonly Column[] = [
  {title: 'provider', min: 8, cut: 'middle'},
  {title: 'outcome', min: 10},
  {title: 'key before', min: 6, drop: 1},
];

/** What became of the tokens that an older key encrypted, for people. */
export const tokenRekeyText = ({dryRun, store, keyId, tokens}: TokenRekey, style: Style): string => {
  const done = tokens.filter(({outcome}) => outcome === 'rekeyed' || outcome === 'would-rekey').length;
  const failed = tokens.filter(({outcome}) => outcome === 'failed').length;
  const head: readonly Fact[] = [
    {
      label: 'tokens',
      value: [
        {
          text:
            done === 0
              ? 'nothing to do'
              : `${formatPlural(done, 'token')} ${dryRun ? 'would be encrypted anew' : 'encrypted anew'}`,
          role: 'strong',
        },
        ...(failed === 0 ? [] : [{text: `${failed} failed`, role: 'bad' as const}]),
        ...(dryRun ? ['dry run: nothing was changed'] : []),
      ],
    },
    {label: 'key', value: keyId},
    {label: 'store', value: store},
  ];
  const rows = tokens.map(({provider, outcome, keyId: before, error}) => ({
    cells: [nameText(provider), {text: WORDS[outcome], role: ROLES[outcome]}, before ?? ''],
    note: error ?? undefined,
  }));
  return `${[...facts(head, style), ...(rows.length === 0 ? [] : ['', ...table(COLUMNS, rows, style)])].join('\n')}\n`;
};

const WORDS: Readonly<Record<RekeyedToken['outcome'], string>> = {
  rekeyed: 'encrypted anew',
  'would-rekey': 'to be encrypted anew',
  current: 'has that key already',
  'no-token': 'there is no token',
  failed: 'failed',
};

const ROLES: Readonly<Record<RekeyedToken['outcome'], Role | undefined>> = {
  rekeyed: 'good',
  'would-rekey': 'warn',
  current: undefined,
  'no-token': undefined,
  failed: 'bad',
};
