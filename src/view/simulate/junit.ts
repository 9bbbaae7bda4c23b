import type {SimulateReport, ThresholdResult} from '../model/simulate-report.ts';
import {xmlAttributes, xmlText} from '../xml.ts';
import {formatActual} from './actual.ts';
import {conditionText} from './condition.ts';
import {headline} from './headline.ts';

const CLASS = 'ratectl.simulate';

const testcase = ({expr, actual, pass, source}: ThresholdResult): string => {
  const condition = conditionText({expr, source});
  const attributes = xmlAttributes({classname: CLASS, name: condition});
  if (pass) return `    <testcase${attributes}/>\n`;
  const text = `actual ${formatActual(expr, actual)}`;
  const failure = `<failure${xmlAttributes({type: 'threshold', message: text})}>${xmlText(`${condition}: ${text} (${source})`)}</failure>`;
  return `    <testcase${attributes}>\n      ${failure}\n    </testcase>\n`;
};

/** JUnit XML: a test for each threshold. Without thresholds one test that passes, so that a build sees the replay was run. */
export const simulateJunit = (report: SimulateReport): string => {
  const {thresholds} = report;
  const cases = thresholds.length > 0 ? thresholds : [{expr: 'replay', actual: 0, pass: true, source: ''}];
  const counts = {
    tests: cases.length,
    failures: cases.filter((one) => !one.pass).length,
    errors: 0,
    skipped: 0,
    time: report.performance?.seconds.toFixed(3),
  };
  const suite = xmlAttributes({name: CLASS, ...counts});
  const output = `    <system-out>${xmlText(headline(report).statements.join('; '))}</system-out>\n`;
  const body = `  <testsuite${suite}>\n${cases.map(testcase).join('')}${output}  </testsuite>\n`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${xmlAttributes({name: CLASS, ...counts})}>\n${body}</testsuites>\n`;
};
