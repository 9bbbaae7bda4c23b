import {ExitCode} from '../../base/exit-code.ts';
import {isRatectlError, RatectlError} from '../../base/ratectl-error.ts';
import {safeJson} from '../../base/safe-text.ts';
import {actorOf} from '../../operate/audit/actor.ts';
import type {Store} from '../../store/port.ts';
import {requireVault} from '../../token/require-vault.ts';
import {openToken, sealToken} from '../../token/token-material.ts';
import {type KnownRecord, TokenRecords} from '../../token/token-records.ts';
import type {Vault} from '../../token/vault/vault.ts';
import type {RekeyedToken, TokenRekey} from '../../view/model/token-list.ts';
import {tokenRekeyText} from '../../view/token/rekey.ts';
import type {CliContext} from '../context.ts';
import {envelope} from '../envelope.ts';
import {warn} from '../notes.ts';
import {outputFormat, styleOf} from '../options/output.ts';
import {tellJournal} from '../tell-journal.ts';
import type {TokenRekeyFlags} from './token.ts';
import {keyIdOf} from './token-facts.ts';
import {knownProviders, requireKnown} from './token-rm-run.ts';
import {withTokens} from './token-target.ts';

export const runTokenRekey = async (
  provider: string | undefined,
  flags: TokenRekeyFlags,
  context: CliContext,
): Promise<void> => {
  if ((provider === undefined) === (flags.all !== true))
    throw new RatectlError(
      provider === undefined ? 'which token? expected a provider, or --all' : '--all goes without a provider',
      {code: 'usage/rekey', hint: 'ratectl token ls lists them, with the keys they are encrypted with'},
    );
  const access = flags.dryRun === true ? 'read' : 'write';
  await withTokens(flags, context, {access, asks: 'store'}, async (target) => {
    const {store, warnings, redactedUrl, contextName} = target;
    await warn(warnings, flags, context);
    const vault = await requireVault(context.streams.env, {
      folder: context.cwd,
      onWarning: (warning) => void warn([warning], flags, context),
    });
    if (provider !== undefined) await requireKnown(provider, target);
    const names = provider === undefined ? [...(await knownProviders(target))].sort() : [provider];
    const tokens: RekeyedToken[] = [];
    const notes: string[] = [];
    for (const name of names) {
      const {token, told} = await rekeyed(name, {store, vault, flags, context});
      tokens.push(token);
      notes.push(...told);
    }
    const data: TokenRekey = {
      dryRun: flags.dryRun === true,
      store: redactedUrl,
      keyId: vault.keyId,
      tokens,
    };
    const {out} = context.streams;
    if (outputFormat(flags) === 'json')
      await out.write(
        `${safeJson(envelope('token-rekey', data, [...warnings, ...notes], context, contextName), 2)}\n`,
      );
    else await out.write(tokenRekeyText(data, styleOf(flags, context)));
    if (tokens.some(({outcome}) => outcome === 'failed')) context.exitCode = ExitCode.partial;
  });
};

interface RekeyParts {
  readonly store: Store;
  readonly vault: Vault;
  readonly flags: TokenRekeyFlags;
  readonly context: CliContext;
}

const rekeyed = async (
  name: string,
  parts: RekeyParts,
): Promise<{readonly token: RekeyedToken; readonly told: readonly string[]}> => {
  const {store, vault, flags, context} = parts;
  try {
    const records = new TokenRecords(store, name);
    if (flags.dryRun === true)
      return {token: rekey(await records.read(), name, vault, 'would-rekey').answer, told: []};
    const {answer} = await records.change((known) => rekey(known, name, vault, 'rekeyed'));
    if (answer.outcome !== 'rekeyed') return {token: answer, told: []};
    const entry = {
      action: 'token-rekey',
      ...actorOf(context.streams.env),
      why: '',
      target: name,
      keys: 1,
      note: `key ${answer.keyId} → ${vault.keyId}`,
    };
    return {token: answer, told: await tellJournal(store, entry, flags, context)};
  } catch (error) {
    if (!isRatectlError(error) || flags.all !== true) throw error;
    return {token: {provider: name, outcome: 'failed', keyId: null, error: error.message}, told: []};
  }
};

/** The same token, generation and all: nobody notices but who opens it next. */
const rekey = (
  {record}: KnownRecord,
  provider: string,
  vault: Vault,
  outcome: 'rekeyed' | 'would-rekey',
): {record?: KnownRecord['record']; answer: RekeyedToken} => {
  const {token} = record;
  if (token === undefined) return {answer: {provider, outcome: 'no-token', keyId: null, error: null}};
  const keyId = keyIdOf(token);
  // Opened also when it is current: a token that no key opens is found now, not when it is needed.
  const material = openToken(token, provider, vault);
  if (!vault.isOld(token.sealed)) return {answer: {provider, outcome: 'current', keyId, error: null}};
  const {sealed} = sealToken({...token, ...material}, provider, vault);
  return {
    record: {...record, revision: record.revision + 1, token: {...token, sealed}},
    answer: {provider, outcome, keyId, error: null},
  };
};
