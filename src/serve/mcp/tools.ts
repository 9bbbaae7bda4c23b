import {changingTools, type RunCommand} from './changing-tools.ts';
import {explainTool, type LookingParts, statusTool} from './looking-tools.ts';
import {type ReportParts, reportTool} from './report-tool.ts';
import {type SimulateParts, simulateTool} from './simulate-tool.ts';
import type {Tool} from './tool.ts';

/** The tools that are offered, in the order in which they are listed. */
export const toolsOf = (
  parts: LookingParts & ReportParts & SimulateParts,
  run: RunCommand,
  effect: Tool['effect'],
): readonly Tool[] => [
  statusTool(parts),
  explainTool(parts),
  reportTool(parts),
  simulateTool(parts),
  ...(effect === 'changes' ? changingTools(run) : []),
];
