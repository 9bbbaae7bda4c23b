/** Part of the page's script: asking again and again, being told off, and what happens when nobody answers. */
export const PAGE_POLL = `
const EVERY = 2000;
/* A browser that keeps nothing of this site throws: then it is kept as long as the page. */
const storage = (name) => {
  try { window[name].getItem(''); return window[name]; } catch {
    const kept = new Map();
    return {getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key)};
  }
};
const ofTab = storage('sessionStorage'), ofBrowser = storage('localStorage');
let token = ofTab.getItem('ratectl-token') || '', timer = 0, paused = false, answeredAt = 0, lost = null, asking = false;

const icon = (colour) => { $('icon').href = 'data:image/svg+xml,' + encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect x="1" y="9" width="3.4" height="6" rx="1" fill="' + colour + '"/><rect x="6.3" y="5" width="3.4" height="10" rx="1" fill="' + colour + '"/><rect x="11.6" y="1" width="3.4" height="14" rx="1" fill="' + colour + '"/></svg>'); };
const pulse = () => {
  const state = lost ? 'lost' : paused ? 'wait' : report ? 'live' : 'wait';
  $('pulse').dataset.state = state;
  put($('pulse-text'), lost ? 'stale' : paused ? 'paused' : report ? 'live' : 'connecting');
  icon(lost ? '#d6403a' : !report ? '#8a94a2' : report.alerts.length ? '#d6403a' : report.totals.states.limited ? '#d98b0b' : '#2e9e5b');
};
const stale = () => {
  show('stale', lost !== null);
  $('content').classList.toggle('old', lost !== null);
  if (!lost) return;
  put($('stale-title'), lost.title);
  const known = lost.lastSeenAt ? age(Date.now() + lost.skew - lost.lastSeenAt) : '';
  put($('stale-text'), (report ? 'What is below was seen ' + known + ' ago. ' : 'Nothing was seen yet. ') + 'It is asked again every two seconds.');
  put($('stale-why'), lost.text);
};
const second = () => { pulse(); stale(); tick(); };

/* Spans stand still while it is paused, and while nothing new comes. */
const freeze = () => { frozenAt = (paused || lost) && report ? frozenAt || performance.now() : 0; };

const lose = (title, text, seen, skew) => {
  lost = {title, text, lastSeenAt: seen || (lost && lost.lastSeenAt) || answeredAt, skew: skew || 0};
  show('content', report !== null);
  freeze(); second();
};

/* 'follow' draws; while it is paused the store is still asked, so that a loss shows. */
const take = (answer) => {
  if (lost) put($('said'), 'The store answers again.');
  lost = null; answeredAt = Date.now();
  show('sign-in', false); show('content', true);
  if (!paused || !report) { seenAt = performance.now(); frozenAt = 0; draw(answer); }
  freeze(); second();
};

const ask = async () => {
  if (asking) return;
  asking = true;
  try {
    const stop = AbortSignal.timeout(10000);
    const answer = await fetch('api/rate-limit-status?limit=' + (chooses() ? 1000 : MOST_ROWS), {headers: token ? {authorization: 'Bearer ' + token} : {}, cache: 'no-store', credentials: 'omit', signal: stop});
    if (answer.status === 401) { signIn(); return; }
    const body = await answer.json();
    if (answer.ok) take(body);
    else if (answer.status === 503 && body.error) {
      const skew = Date.parse(answer.headers.get('date') || '') - Date.now() || 0;
      if (!report && body.last) { seenAt = performance.now(); show('sign-in', false); draw(body.last); }
      lose('The store does not answer.', body.error.message, Date.parse(body.lastSeenAt || '') || 0, Math.abs(skew) < 3000 ? 0 : skew);
    } else lose('The server refuses.', (body.error && body.error.message) || 'It answered ' + answer.status + '.');
  } catch { lose('The server does not answer.', ''); }
  finally { asking = false; }
};

const signIn = () => {
  clearTimeout(timer); timer = 0;
  lost = null; report = null; stale(); pulse();
  put($('pulse-text'), 'token needed');
  show('content', false); show('sign-in-error', token !== '');
  token = ''; ofTab.removeItem('ratectl-token');
  if ($('sign-in').hidden) { show('sign-in', true); $('token').focus(); }
};

const loop = async () => {
  clearTimeout(timer); timer = -1;
  if (!document.hidden) await ask();
  if (timer === -1) timer = setTimeout(loop, EVERY);
};

$('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  token = $('token').value.trim(); $('token').value = '';
  ofTab.setItem('ratectl-token', token);
  loop();
});
$('pause').addEventListener('click', () => {
  paused = !paused;
  $('pause').setAttribute('aria-pressed', String(paused));
  freeze(); second();
  if (!paused) loop();
});
/* Whoever looks for something looks among more keys than are shown. */
const chosen = () => { if (!report) return; keyRows(); if (!paused) loop(); };
$('filter').addEventListener('input', chosen);
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || event.target.tagName === 'INPUT' || $('content').hidden) return;
  event.preventDefault(); $('filter').focus();
});
document.addEventListener('visibilitychange', () => { if (!document.hidden && timer !== 0) loop(); });

const THEMES = ['auto', 'light', 'dark'];
const theme = (name) => {
  if (name === 'auto') delete document.documentElement.dataset.theme; else document.documentElement.dataset.theme = name;
  put($('theme'), 'Theme: ' + name); ofBrowser.setItem('ratectl-theme', name);
};
const stored = ofBrowser.getItem('ratectl-theme');
theme(THEMES.includes(stored) ? stored : 'auto');
$('theme').addEventListener('click', () => theme(THEMES[(THEMES.indexOf(ofBrowser.getItem('ratectl-theme')) + 1) % 3]));

setInterval(second, 1000);
second();
loop();
`;
