/**
 * The process of one contender: opens it, runs loads when the parent asks for them, and ends with the parent. Each has a heap and
 * compiled code of its own, as in an application.
 */
import {
  type Contender,
  DRAWN,
  drawKeys,
  type Load,
  type Opened,
  type Outcome,
  type Settings,
} from './contender.ts';

export type Ask =
  | {readonly kind: 'open'; readonly file: string; readonly name: string; readonly settings: Settings}
  | {readonly kind: 'run'; readonly load: Load}
  | {readonly kind: 'close'};

const run = async (opened: Opened, {callers, ms, keys, keySet, stride}: Load): Promise<Outcome> => {
  const order = drawKeys(keySet, keys);
  const many = opened.many ?? 1;
  let next = 0;
  let done = 0;
  const caller = async (end: number): Promise<void> => {
    while (performance.now() < end) {
      const takes = many > 1 ? 1 : stride;
      for (let n = 0; n < takes; n++) await opened.take(order[next++ % DRAWN]!);
      done += takes * many;
    }
  };
  const phase = async (length: number): Promise<Outcome> => {
    done = 0;
    const cpu = process.cpuUsage();
    const began = performance.now();
    await Promise.all(Array.from({length: callers}, () => caller(began + length)));
    const seconds = (performance.now() - began) / 1_000;
    const {user, system} = process.cpuUsage(cpu);
    return {rate: done / seconds, cpu: (user + system) / done};
  };
  // What is compiled and connected first is not counted.
  await phase(ms / 4);
  return phase(ms);
};

let opened: Opened | undefined;

const answer = async (ask: Ask): Promise<unknown> => {
  if (ask.kind === 'open') {
    const {contenders} = (await import(ask.file)) as {contenders: Record<string, Contender>};
    opened = await contenders[ask.name]!(ask.settings);
    return 'open';
  }
  if (ask.kind === 'run') return run(opened!, ask.load);
  await opened?.close?.();
  return 'closed';
};

process.on('message', (ask: Ask) => {
  answer(ask).then(
    (said) => process.send!({said}),
    (error: Error) => process.send!({failed: error.stack ?? error.message}),
  );
});
process.on('disconnect', () => process.exit());
