import {renderToString} from 'ink';
import {createElement} from 'react';
import {describe, expect, test} from 'vitest';
import {keyFilter} from '../../src/cli/key-filter.ts';
import {explainKey} from '../../src/operate/explain/explain-key.ts';
import {Screen} from '../../src/tui/components/screen.ts';
import {Spoken} from '../../src/tui/components/spoken.ts';
import {RowHistory} from '../../src/tui/data/row-history.ts';
import {Looker} from '../../src/tui/data/take-look.ts';
import type {Action} from '../../src/tui/state/actions.ts';
import type {DashboardState} from '../../src/tui/state/dashboard-state.ts';
import {initialState} from '../../src/tui/state/initial-state.ts';
import {reduce} from '../../src/tui/state/reduce.ts';
import {textWidth} from '../../src/view/text-width.ts';
import {LiveState, NOON, queryOf} from '../operate/live-state.ts';
import {expectGolden} from '../support/golden.ts';
import {HOSTILE_KEYS} from '../support/hostile-keys.ts';
import {S} from '../support/instants.ts';
import {unsafeIn, withoutColour} from '../view/unsafe.ts';
import {syntheticStore, TOP_POLICY} from './synthetic-store.ts';

const NOON_MS = NOON / 1_000;
const environment = {compile: keyFilter};

interface Shown {
  readonly columns: number;
  readonly lines: number;
  readonly colour?: boolean;
  readonly ascii?: boolean;
}

/** A dashboard over a store in memory, whose clock is moved by hand. */
class Watched {
  readonly live = new LiveState(TOP_POLICY);
  readonly history = new RowHistory();
  readonly #looker: Looker;
  #looks = 0;
  #actions: Action[] = [];

  constructor(readOnly = false) {
    const {source, store} = this.live;
    this.#looker = new Looker(
      {source: {...source, store}, contextName: 'staging', readOnly, production: false, warnings: []},
      () => this.live.now / 1_000,
    );
  }

  async look(): Promise<void> {
    const look = await this.#looker.look(queryOf({limit: 10_000}), ++this.#looks, 'all');
    this.history.record(look.report.keys);
    this.do({kind: 'looked', look: {...look, tookMs: 3}});
  }

  do(...actions: readonly Action[]): void {
    this.#actions.push(...actions);
  }

  press(...names: readonly string[]): void {
    this.do(...names.map((name): Action => ({kind: 'key', name})));
  }

  state({columns, lines}: Shown): DashboardState {
    const start = initialState({
      columns,
      lines,
      now: this.live.now / 1_000,
      sort: 'used',
      direction: 'forward',
      timeFormat: 'relative',
      interval: 2_000,
      contexts: [
        {name: 'prod', store: 'redis://prod:6379', access: 'production, read-only'},
        {name: 'staging', store: 'redis://staging:6379', access: 'read-write'},
      ],
    });
    return this.#actions.reduce((state, action) => reduce(state, action, environment), start);
  }

  draw(shown: Shown): string {
    const {colour = false, ascii = false} = shown;
    return renderToString(
      createElement(Screen, {
        state: this.state(shown),
        history: this.history,
        style: {colour, ascii},
        timeZone: 'UTC',
      }),
      {columns: shown.columns},
    );
  }
}

/** Three looks at a store with something in every pane. */
const busy = async (): Promise<Watched> => {
  const watched = new Watched();
  await syntheticStore(watched.live.store);
  for (let i = 0; i < 3; i++) {
    await watched.look();
    watched.live.now += 2 * S;
  }
  return watched;
};

const SIZES: readonly Shown[] = [
  {columns: 40, lines: 12},
  {columns: 60, lines: 24},
  {columns: 100, lines: 30},
  {columns: 200, lines: 50},
];

const nameOf = ({columns, ascii, colour}: Shown): string =>
  `${columns}${ascii === true ? '-ascii' : ''}${colour === true ? '-colour' : ''}`;

describe('goldens', () => {
  const ALL: readonly Shown[] = [
    ...SIZES,
    {columns: 100, lines: 30, ascii: true},
    {columns: 100, lines: 30, colour: true},
  ];
  test.each(ALL.map((shown) => [nameOf(shown), shown] as const))(
    'the dashboard at %s',
    async (name, shown) => {
      const text = (await busy()).draw(shown);
      if (shown.ascii === true) expect(text).toMatch(/^[\n -~]*$/);
      expectGolden(`tui/busy-${name}.txt`, `${text}\n`);
    },
  );

  const SCENES: Readonly<Record<string, (watched: Watched) => void | Promise<void>>> = {
    'nothing-seen-yet': () => undefined,
    filter: (watched) => watched.press('/', ...'!203', 'enter', 's'),
    marked: (watched) => watched.press('x', 'j', 'x', 't'),
    help: (watched) => watched.press('?'),
    contexts: (watched) => watched.press('c'),
    stale: (watched) =>
      watched.do(
        {
          kind: 'lost',
          reason: 'cannot connect to redis://cache:6379: connection refused',
          now: NOON_MS + 11_500,
        },
        {kind: 'ticked', now: NOON_MS + 16_500},
      ),
    paused: (watched) => watched.press(' '),
    tokens: (watched) => watched.press('tab', 'tab'),
    events: (watched) => watched.press('shift+tab', 'shift+tab'),
    alerts: (watched) => watched.press('shift+tab'),
    explain: async (watched) => {
      watched.press('j', 'j', 'enter');
      const key = {limit: 'plan', key: 'acme'};
      const {explanation} = await explainKey(watched.live.source, {
        subject: {kind: 'exact', ...key},
        cost: 1,
        tier: undefined,
      });
      const {key: chosen} = watched.state({columns: 100, lines: 30}).overlay as {key: typeof key};
      watched.do({kind: 'explained', key: chosen, answer: explanation});
    },
    reset: (watched) => {
      watched.press('D');
      watched.do({
        kind: 'planned',
        dialog: 1,
        plan: {
          lines: ['  reset     1 key would be reset'],
          question: 'type y to reset this key',
          reason: 'optional',
          some: true,
        },
      });
      watched.press(...'customer call', 'enter', 'y');
    },
    override: (watched) => watched.press('o', ...'--block --for 1h', 'enter'),
  };
  for (const [name, scene] of Object.entries(SCENES))
    test(name, async () => {
      const watched = name === 'nothing-seen-yet' ? new Watched() : await busy();
      await scene(watched);
      expectGolden(`tui/${name}-100.txt`, `${watched.draw({columns: 100, lines: 30})}\n`);
    });

  test('read-only: the keys that change something are not named', async () => {
    const watched = new Watched(true);
    await watched.look();
    watched.press('?');
    const text = watched.draw({columns: 100, lines: 30});
    expect(text).not.toMatch(/reset the|override the|mark the/);
    expect(text).toContain('read-only');
  });

  test('for a screen reader', async () => {
    const watched = await busy();
    const shown = {columns: 100, lines: 30};
    const text = renderToString(createElement(Spoken, {state: watched.state(shown), timeZone: 'UTC'}), {
      columns: 100,
    });
    expect(text).toMatch(/^[\n -~]*$/);
    expectGolden('tui/spoken-100.txt', `${text}\n`);
  });
});

describe('what a reader relies on', () => {
  test('every frame fits the terminal, from 40x8 to 300x100, and no key acts on it', {
    timeout: 60_000,
  }, async () => {
    const watched = new Watched();
    for (const key of HOSTILE_KEYS) {
      await watched.live.send({ip: key}, 21);
      await watched.live.refused('per-ip', key, 3);
    }
    await syntheticStore(watched.live.store);
    await watched.look();
    for (const columns of [40, 41, 55, 60, 80, 99, 149, 150, 220, 300])
      for (const lines of [8, 9, 12, 20, 24, 50, 100]) {
        const text = watched.draw({columns, lines, colour: true});
        const bare = withoutColour(text).replaceAll('\u001b[7m', '').replaceAll('\u001b[27m', '');
        const rows = bare.split('\n');
        expect(rows.length, `${columns}x${lines}`).toBeLessThanOrEqual(lines);
        for (const row of rows)
          expect(textWidth(row), `${columns}x${lines}: ${row}`).toBeLessThanOrEqual(columns);
        expect(unsafeIn(bare)).toBeUndefined();
      }
  });

  test('warnings stand below the alerts, and in full in their pane', async () => {
    const watched = new Watched();
    watched.live.skew = 90 * S;
    await watched.look();
    expect(watched.draw({columns: 100, lines: 30})).toMatch(
      /needs consent[\s\S]*in this process only.*\(\+1: Tab\)/,
    );
    watched.press('shift+tab');
    expect(watched.draw({columns: 100, lines: 30})).toMatch(/─› alerts[\s\S]*clock/);
  });

  test('a long text is scrolled to its end and not beyond', async () => {
    const watched = new Watched();
    const shown = {columns: 100, lines: 12};
    await watched.look();
    watched.press('?', 'G');
    const end = watched.draw(shown);
    expect(end).toContain('mouse off');
    watched.do({kind: 'measured', most: 15});
    watched.press('k');
    expect(watched.state(shown).scroll).toBe(14);
  });

  test('a terminal that is too small says so', () => {
    expect(new Watched().draw({columns: 39, lines: 30})).toBe('ratectl: 40x8 at least');
  });

  test('the colours say nothing that signs and words do not', async () => {
    const watched = await busy();
    const shown = {columns: 100, lines: 30};
    const bare = withoutColour(watched.draw({...shown, colour: true}))
      .replaceAll('\u001b[7m', '')
      .replaceAll('\u001b[27m', '');
    expect(bare).toBe(watched.draw(shown));
  });

  test('waits get shorter between two looks, and stand still while it is paused', async () => {
    const watched = new Watched();
    await watched.live.send({ip: '203.0.113.7'}, 21);
    await watched.live.refused('per-ip', '203.0.113.7', 3);
    await watched.look();
    const shown = {columns: 100, lines: 30};
    expect(watched.draw(shown)).toContain('1h12m');
    watched.do({kind: 'ticked', now: NOON_MS + 120_000});
    expect(watched.draw(shown)).toContain('1h10m');
    watched.press(' ');
    expect(watched.draw(shown)).toContain('1h12m');
  });
});
