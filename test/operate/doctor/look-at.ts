import {storeChecks} from '../../../src/operate/doctor/store-checks.ts';
import type {Examination} from '../../../src/store/examination.ts';
import {examineStore} from '../../../src/store/examine-store.ts';
import type {StoreTarget} from '../../../src/store/store-target.ts';
import type {DoctorCheck} from '../../../src/view/model/doctor-report.ts';

export interface Looked {
  readonly examination: Examination;
  readonly check: (id: string) => DoctorCheck;
  /** Ids of checks that found something, with the severity of the first finding. */
  readonly found: Readonly<Record<string, string>>;
}

/** As answers come when nobody else needs the machine, µs. */
const QUICK = 100;

/** What the checks say of a server as it is, but for how busy the machine of the tests is at this moment. */
export const lookAt = async (target: StoreTarget, timeoutMs = 10_000): Promise<Looked> => {
  const localNow = (): number => Date.now() * 1_000;
  const examination = await examineStore(target, {
    timeoutMs,
    withinMs: timeoutMs,
    localNow,
    env: {HOME: '/nowhere'},
  });
  const pings = examination.pings.seen
    ? {...examination.pings, value: examination.pings.value.map(() => QUICK)}
    : examination.pings;
  const checks = storeChecks({
    kind: target.kind,
    reach: {seen: true, value: {url: examination.url, named: true, outcome: {kind: 'reached'}}},
    examination: {seen: true, value: {...examination, pings}},
    refusal: undefined,
    usage: {seen: false, why: 'not looked at'},
    readOnly: false,
    localNow: localNow(),
  });
  return {
    examination,
    check: (id) => {
      const one = checks.find((check) => check.id === id);
      if (one === undefined) throw new Error(`no check ${id}`);
      return one;
    },
    found: Object.fromEntries(
      checks.filter(({result}) => result === 'finding').map(({id, findings}) => [id, findings[0]!.severity]),
    ),
  };
};
