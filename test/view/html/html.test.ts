import {describe, expect, test} from 'vitest';
import {html, jsonScript, trusted} from '../../../src/view/html/markup.ts';
import {reportHtml} from '../../../src/view/html/report.ts';
import {reportOfTraffic} from '../../operate/report/traffic-report.ts';
import {unsafeIn} from '../../view/unsafe.ts';
import {busyReport, emptyReport, HOSTILE, hostileReport, NOON} from '../report/reports.ts';
import {PAGE} from './page.ts';

describe('markup', () => {
  test('values are escaped, markup is not, nothing is nothing', () => {
    const part = html`<b>${'<i>'}</b>`;
    expect(html`<p title="${'"&\''}">${part}${undefined}${false}${[1, part]}</p>`.text).toBe(
      '<p title="&quot;&amp;&#39;"><b>&lt;i&gt;</b>1<b>&lt;i&gt;</b></p>',
    );
    expect(html`${'\u001b\u202e'}`.text).toBe('\\u001b\\u202e');
    expect(html`${trusted('<hr>')}`.text).toBe('<hr>');
  });

  test('data for the script cannot end it', () => {
    const {text} = jsonScript('data', {a: '</script><!--'});
    expect(text.match(/<\/script>/g)).toHaveLength(1);
    expect(text).not.toContain('<!--');
  });
});

describe('the page', () => {
  test('holds nothing that comes from elsewhere, and says so to the browser', async () => {
    const page = reportHtml(await busyReport(), PAGE);
    expect(page).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:;`,
    );
    expect(page).not.toMatch(/(?:src|href)=["']?(?!#|data:)[a-z/]/i);
    expect(page).not.toMatch(/url\(|@import|https?:/);
  });

  test('does not depend on anything but the report', async () => {
    expect(reportHtml(await busyReport(), PAGE)).toBe(reportHtml(await busyReport(), PAGE));
  });

  test('with 1,000 keys and 30 days of hours is smaller than 300 kB', async () => {
    const report = await reportOfTraffic({now: NOON, days: 34, since: 30, compare: false, keys: 1_000});
    expect(report.identities.keys).toHaveLength(1_000);
    expect(report.series.points.length).toBeGreaterThan(700);
    expect(Buffer.byteLength(reportHtml(report, PAGE))).toBeLessThan(300_000);
  });

  test('shows every hostile text as text', async () => {
    const page = reportHtml(await hostileReport(), {...PAGE, warnings: HOSTILE});
    expect(unsafeIn(page)).toBeUndefined();
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page.match(/<style/g)).toHaveLength(1);
    expect(page).not.toMatch(/<img|<[^>]*\sonmouseover/);
  });

  test('of nothing says that nothing was counted', async () => {
    const page = reportHtml(await emptyReport(), PAGE);
    expect(page).toContain('No forecast: no whole hour was counted yet.');
    expect(page.replace(/<script>[\s\S]*<\/script>/, '')).not.toMatch(/NaN|undefined|Infinity/);
  });
});
