/** Part of the page's script: what is made of each part of a status report. */
export const PAGE_SECTIONS = `
const WORDS = {blocked: 'blocked', limited: 'limited', 'shadow-limited': 'shadow-limited', near: 'near', unknown: 'unknown', ok: 'ok', exempt: 'exempt'};
const BAR = {blocked: 'bad', limited: 'bad', 'shadow-limited': 'cool', near: 'warn', exempt: 'cool'};
let wantedState = '', report = null;

const tiles = ({totals, usage, liveOverrides, alerts}) => {
  const sum = (span, field) => usage.reduce((all, one) => all + one[span][field], 0);
  // A request is counted at every limit that it reaches: these are checks, not requests.
  const allowed = sum('lastMinute', 'allowed'), denied = sum('lastMinute', 'denied');
  const states = totals.states;
  const all = [
    ['limited', count(states.limited + states.blocked), states.blocked ? 'keys limited, ' + count(states.blocked) + ' of them blocked' : 'keys limited', states.limited + states.blocked ? 'bad' : 'good'],
    ['near', count(states.near), 'keys near their limit', states.near ? 'warn' : 'good'],
    ['shadow', count(states['shadow-limited']), 'keys limited in shadow', ''],
    ['requests', short(allowed + denied), 'checks of limits in the last minute', ''],
    ['denied', percent(denied, allowed + denied), 'of them denied', denied ? 'warn' : 'good'],
    ['overrides', count(liveOverrides), 'overrides in force', ''],
  ];
  const box = $('tiles');
  all.forEach(([id, value, text, cls], i) => {
    let tile = box.children[i];
    if (!tile) { tile = el('div'); tile.append(el('b'), el('span')); box.append(tile); }
    tile.className = 'tile ' + cls; put(tile.children[0], value); put(tile.children[1], text);
  });
};

const alertItems = ({alerts}) => {
  show('alerts', alerts.length > 0);
  put($('alerts-heading'), plural(alerts.length, 'alert'));
  const list = $('alert-list'), shown = alerts.slice(0, 20);
  shown.forEach(({text, next}, i) => {
    let item = list.children[i];
    if (!item) { item = el('li'); item.append(el('span'), el('code')); list.append(item); }
    put(item.children[0], text); put(item.children[1], next);
  });
  while (list.children.length > shown.length) list.lastChild.remove();
};

const stateButtons = (states) => {
  const counts = new Map(Object.entries(states).filter(([, n]) => n > 0));
  const box = $('states');
  for (const state of Object.keys(WORDS)) {
    let button = box.querySelector('[data-state="' + state + '"]');
    const there = counts.has(state) || wantedState === state;
    if (!there) { if (button) button.remove(); continue; }
    if (!button) {
      button = el('button'); button.type = 'button'; button.dataset.state = state;
      button.addEventListener('click', () => { wantedState = wantedState === state ? '' : state; chosen(); });
      box.append(button);
    }
    put(button, WORDS[state] + ' ' + count(counts.get(state) || 0));
    button.setAttribute('aria-pressed', String(wantedState === state));
  }
};

const KEY_COLUMNS = [{title: 'State'}, {title: 'Key'}, {title: 'Used'}, {title: 'Left', num: true}, {title: 'Lifts in', num: true}, {title: 'Resets in', num: true}, {title: 'Denied/min', num: true}];
const MOST_ROWS = 200;
const chooses = () => wantedState !== '' || $('filter').value.trim() !== '';
const keyRows = () => {
  const {keys, totals, policy} = report;
  stateButtons(totals.states);
  const text = $('filter').value.trim().toLowerCase();
  const matching = keys.filter((one) => (!wantedState || one.state === wantedState) && (!text || (one.limit + '/' + one.key).toLowerCase().includes(text)));
  const rows = matching.slice(0, MOST_ROWS).map((one) => {
    const known = one.capacity !== undefined;
    const refused = one.state === 'limited' || one.state === 'shadow-limited';
    const lifts = one.state === 'blocked' ? (one.override && one.override.until ? runs(left(Date.parse(one.override.until) - Date.parse(report.store.now), 'now')) : num('by hand'))
      : refused ? (one.retryAfterMs === undefined ? num('never') : runs(left(one.retryAfterMs, 'now'))) : num('–');
    const from = [one.limit, one.tier && 'tier ' + one.tier, one.override && 'override: ' + one.override.effect].filter(Boolean).join(' · ');
    return {id: JSON.stringify([one.limit, one.key, one.tier || '', one.shape || '']), cells: [
      badge(one.state, WORDS[one.state]),
      {text: one.key === '' ? '(empty)' : one.key, sub: from, cls: 'key mono'},
      known ? bar([{share: one.state === 'blocked' ? 1 : one.share, cls: BAR[one.state] || ''}], short(one.used) + ' / ' + short(one.capacity)) : '–',
      num(known ? short(one.remaining) : '–'), lifts,
      known && one.resetAfterMs > 0 ? runs(left(one.resetAfterMs, 'now')) : num('–'),
      num(one.deniedLastMinute ? short(one.deniedLastMinute) : '–'),
    ]};
  });
  fill($('keys-table'), 'Keys that were refused or near their limit lately, the worst first', KEY_COLUMNS, rows);
  show('keys-table', rows.length > 0);
  const unseen = totals.matching - keys.length, more = matching.length - rows.length + (chooses() ? 0 : unseen);
  put($('keys-note'), rows.length === 0 ? '' : (more > 0 ? 'the worst ' + count(rows.length) + ' of ' + count(rows.length + more) : 'refused or near lately, the worst first') + (chooses() && unseen > 0 ? ', among the worst ' + count(keys.length) : ''));
  show('keys-empty', rows.length === 0);
  put($('keys-empty'), keys.length === 0 ? 'No key was refused or near its limit lately.' : 'No key matches the filter.');
};

const limitRows = ({usage, keys, totals: {states}}) => {
  const hot = new Map(); for (const {limit, state} of keys) if (state === 'limited' || state === 'blocked') hot.set(limit, (hot.get(limit) || 0) + 1);
  // Of many keys only the worst are here: what is counted among them is the least that there can be.
  const all = [...hot.values()].reduce((sum, n) => sum + n, 0) === states.limited + states.blocked;
  const limited = (n) => all ? count(n) : n ? count(n) + '+' : '–';
  const shares = ({allowed, denied, shadowDenied}) => {
    const all = allowed + denied;
    return bar(all === 0 ? [] : [{share: (allowed - shadowDenied) / all}, {share: shadowDenied / all, cls: 'cool'}, {share: denied / all, cls: 'bad stripes'}], all === 0 ? '–' : percent(denied, all) + ' denied' + (shadowDenied ? ', ' + percent(shadowDenied, all) + ' in shadow' : ''));
  };
  fill($('limits-table'), 'Limits and what they decided', [{title: 'Limit'}, {title: 'Keys limited', num: true}, {title: 'Last minute', num: true}, {title: 'of which'}, {title: 'Last hour', num: true}, {title: 'of which'}],
    usage.map((one) => ({id: one.limit, cells: [
      {text: one.limit, cls: 'mono'}, num(limited(hot.get(one.limit) || 0)),
      num(short(one.lastMinute.allowed + one.lastMinute.denied)), shares(one.lastMinute),
      num(short(one.lastHour.allowed + one.lastHour.denied)), shares(one.lastHour)]})));
  show('limits-table', usage.length > 0); show('limits-empty', usage.length === 0);
};

const tokenRows = ({tokens}) => {
  show('tokens', tokens.length > 0);
  fill($('tokens-table'), 'OAuth tokens by provider', [{title: 'Provider'}, {title: 'Token'}, {title: 'Health'}, {title: 'Expires in', num: true}, {title: 'Refreshes'}, {title: 'Next refresh', num: true}, {title: 'Uses/h', num: true}, {title: 'What to do'}],
    tokens.map((one) => {
      const {health, refreshes} = one;
      const advice = one.reauthorise ? 're-consent is needed' : one.refreshing ? 'being refreshed' : {ok: 'nothing', 'refresh-soon': 'refresh soon', 'refresh-now': 'refresh now', reauthorise: 're-consent is needed'}[one.recommendation] || '–';
      return {id: one.provider, cells: [
        {text: one.provider, cls: 'mono', sub: one.configured ? (one.generation ? 'generation ' + count(one.generation) : '') : 'not in the policy'},
        badge(one.reauthorise ? 'reauthorise' : one.condition, one.reauthorise ? 're-consent' : one.condition),
        health ? bar([{share: health.score / 100, cls: health.score < 40 ? 'bad' : health.score < 75 ? 'warn' : ''}], health.score + ' / 100') : '–',
        one.expiresInMs === null ? num('–') : runs((passed) => one.expiresInMs - passed > 0 ? age(one.expiresInMs - passed) : age(passed - one.expiresInMs) + ' ago'),
        refreshes ? bar([{share: refreshes.used / refreshes.allowed, cls: refreshes.used >= refreshes.allowed ? 'bad' : refreshes.used / refreshes.allowed >= 0.8 ? 'warn' : ''}], refreshes.used + ' of ' + refreshes.allowed + ' in ' + age(refreshes.perMs)) : '–',
        one.refreshAllowedInMs === null ? num('–') : runs(left(one.refreshAllowedInMs, 'allowed now')),
        num(short(one.uses.lastHour)),
        {text: advice, cls: 'words', sub: one.reasons.join(', ').replaceAll('-', ' ')},
      ]};
    }));
};

const otherRows = ({breakers, queues, instances, leader}) => {
  show('breakers', breakers.length > 0); show('queues', queues.length > 0); show('instances', instances.length > 0);
  fill($('breakers-table'), 'Circuit breakers', [{title: 'Breaker'}, {title: 'State'}, {title: 'Failures', num: true}, {title: 'Calls pass', num: true}],
    breakers.flatMap((one) => [one, ...(one.keys ? one.keys.shown.slice(0, 20).map((key) => ({...key, name: one.name, opensAt: one.opensAt})) : [])]).map((one) => ({id: JSON.stringify([one.name, one.key]), cells: [
      {text: one.key === undefined ? one.name : one.key === '' ? '(empty)' : one.key, cls: 'mono', sub: one.key !== undefined ? 'key of ' + one.name : one.keys ? count(one.keys.open) + ' open of ' + plural(one.keys.open + one.keys.halfOpen + one.keys.closed, 'key') : ''}, badge(one.state), num(one.opensAt === null ? count(one.failures) : one.failures + ' of ' + one.opensAt),
      one.callsInMs === null ? num('–') : runs((passed) => one.callsInMs - passed > 0 ? 'in ' + wait(one.callsInMs - passed) : 'now')]})));
  fill($('queues-table'), 'Queues', [{title: 'Queue'}, {title: 'Waiting', num: true}, {title: 'Due', num: true}, {title: 'Claimed', num: true}, {title: 'Dead', num: true}, {title: 'Oldest', num: true}],
    queues.map((one) => ({id: one.queue, cells: [{text: one.queue, cls: 'mono', sub: one.classes.map((c) => c.class + ' ' + count(c.waiting)).join(' · ')}, num(count(one.waiting)), num(count(one.due)), num(count(one.claimed)),
      one.dead ? {badge: 'dead', text: count(one.dead), num: true} : num('0'), one.oldestMs === null ? num('–') : runs((passed) => age(one.oldestMs + passed))]})));
  const now = Date.parse(report.store.now);
  fill($('instances-table'), 'Processes that gave a sign of life lately', [{title: 'Process'}, {title: 'Role'}, {title: 'Leads'}, {title: 'Up', num: true}, {title: 'Seen', num: true}],
    instances.map((one) => ({id: one.id, cells: [{text: one.host + ':' + one.pid, cls: 'mono'}, one.role || '–', one.leads ? badge('leads') : '',
      runs((passed) => age(now - Date.parse(one.startedAt) + passed)), runs((passed) => age(Math.max(0, now - Date.parse(one.seenAt) + passed)) + ' ago')]})));
  put($('instances-note'), plural(instances.length, 'process', 'processes') + (leader ? '' : ', none leads'));
};

const SIGNALS = {cpu: 'CPU', memory: 'memory', eventLoop: 'event loop', responseTime: 'response time'};
const MODES = {normal: 'ok', 'shed-low': 'near', 'essential-only': 'limited', closed: 'limited'};
const pressure = (found) => found && found.signal ? bar([{share: found.value, cls: found.value > 1 ? 'bad' : found.value > 0.8 ? 'warn' : ''}], percent(found.value, 1) + ' ' + (SIGNALS[found.signal] || found.signal)) : '–';
const NEXT = {runs: 'ok', waits: 'near', refused: 'limited'};

const loadRows = ({pools, adaptive, degradation}) => {
  const now = Date.parse(report.store.now);
  const looked = (one) => one.lookedAt ? runs((passed) => age(Math.max(0, now - Date.parse(one.lookedAt) + passed)) + ' ago') : num('never');
  show('pools', pools.length > 0); show('adaptive', adaptive.length > 0); show('degradation', degradation !== null);
  fill($('pools-table'), 'Pools of slots for work at the same time', [{title: 'Pool'}, {title: 'Running'}, {title: 'Waiting'}, {title: 'Oldest', num: true}, {title: 'Next one'}, {title: 'Held', num: true}, {title: 'Clients full', num: true}],
    pools.map((one) => {
      const {running, max, effectiveMax, waiting, queue} = one;
      return {id: one.name, cells: [
        {text: one.name, cls: 'mono', sub: one.configured ? one.clients.slice(0, 3).map((client) => client.key === '' ? '(empty)' : client.key).join(', ') : 'not in the policy'},
        max === null ? num(count(running)) : bar([{share: running / effectiveMax, cls: running >= effectiveMax ? 'warn' : ''}], count(running) + ' / ' + (effectiveMax === max ? count(max) : count(max) + ' → ' + count(effectiveMax))),
        queue === null ? num(count(waiting)) : bar([{share: queue === 0 ? 0 : waiting / queue, cls: waiting >= queue ? 'bad' : 'warn'}], count(waiting) + ' / ' + count(queue)),
        one.oldestWaitMs === null ? num('–') : runs((passed) => age(one.oldestWaitMs + passed)),
        one.next === null ? '–' : badge(NEXT[one.next], one.next + (one.next === 'waits' && one.estimatedWaitMs !== null ? ' ~' + wait(one.estimatedWaitMs) : '')),
        num(one.meanHoldMs === null ? '–' : wait(one.meanHoldMs)), num(one.maxPerKey === null ? '–' : count(one.clientsAtLimit))]};
    }));
  fill($('adaptive-table'), 'Limits and pools that follow the load', [{title: 'Name'}, {title: 'Controller'}, {title: 'Left'}, {title: 'Pressure'}, {title: 'Looked at', num: true}, {title: 'In force'}],
    adaptive.map((one) => ({id: one.name, cells: [{text: one.name, cls: 'mono', sub: one.configured ? '' : 'not in the policy'}, one.controller || '–',
      bar([{share: one.share, cls: one.share === 1 ? '' : one.atFloor ? 'bad' : 'warn'}], percent(one.share, 1)), pressure(one.pressure), looked(one),
      {cls: 'words', text: one.share === 1 ? 'what the policy says' : one.limits.map((l) => l.limit + (l.tier ? ' ' + l.tier : '') + ': ' + l.effective.join(' and ')).concat(one.pools.map((p) => 'pool ' + p.pool + ': ' + p.base + ' → ' + p.effective)).join('; ')}]})));
  if (degradation === null) return;
  const {mode, from, since, manual, classes} = degradation;
  const named = (served) => classes.filter((one) => one.served === served).map((one) => one.name).join(', ');
  fill($('degradation-table'), 'Which priority classes are served', [{title: 'Mode'}, {title: 'By'}, {title: 'Since', num: true}, {title: 'Pressure'}, {title: 'Serves'}, {title: 'Refuses'}],
    [{id: 'mode', cells: [badge(MODES[mode], mode), {text: from, cls: 'words', sub: manual ? [manual.by, manual.reason].filter(Boolean).join(': ') : ''},
      since === null ? num('–') : runs((passed) => age(Math.max(0, now - Date.parse(since) + passed))), pressure(degradation.pressure),
      {cls: 'words', text: (classes.length ? named(true) : mode === 'closed' ? '' : 'all requests') || 'nobody'}, {cls: 'words', text: (classes.length ? named(false) : mode === 'closed' ? 'all requests' : '') || 'nobody'}]}]);
  put($('degradation-note'), manual ? (manual.until ? 'set by hand until ' + manual.until : 'set by hand until it is cleared') + '; the rule alone: ' + degradation.rule : '');
};

const warningItems = (warnings) => {
  show('warnings', warnings.length > 0);
  $('warning-list').replaceChildren(...warnings.slice(0, 20).map((text) => el('li', '', text)));
};

const draw = (answer) => {
  report = answer.data;
  running.clear();
  put($('context'), answer.context || ''); put($('store'), report.store.url);
  put($('foot'), [report.store.server, 'clock ' + (Math.abs(report.store.skewMs) < 1000 ? 'in step' : (report.store.skewMs > 0 ? 'ahead by ' : 'behind by ') + age(Math.abs(report.store.skewMs))),
    report.policy ? 'policy ' + report.policy.file + (report.policy.from === report.policy.file ? '' : ', ' + report.policy.from) : 'no policy is known'].join(' · '));
  tiles(report); alertItems(report); keyRows(); limitRows(report); tokenRows(report); otherRows(report); loadRows(report); warningItems(answer.warnings.concat(report.store.remarks));
  const bad = report.totals.states.limited + report.totals.states.blocked;
  document.title = (report.alerts.length ? '(' + report.alerts.length + '!) ' : bad ? '(' + bad + ') ' : '') + 'ratectl' + (answer.context ? ' · ' + visible(answer.context) : '');
  say(report);
};

/* Told to screen readers when it changes, not every two seconds. */
let said = '';
const say = ({alerts, totals: {states}}) => {
  const text = plural(states.limited + states.blocked, 'key') + ' limited, ' + plural(alerts.length, 'alert');
  if (said !== '' && said !== text) put($('said'), text);
  said = text;
};
`;
