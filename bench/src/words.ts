// The words of `npm run bench`.

import { parseArgs } from 'node:util';
import { type Section, isSection, sectionNames } from './sections.ts';

export type Asked = {
  readonly quick: boolean;
  readonly profile: boolean;
  readonly sections: readonly Section[];
  /** The built server, and where the report goes; undefined: the usual ones. */
  readonly server: string | undefined;
  readonly report: string | undefined;
  /** Another built server that has a column of its own. */
  readonly before: string | undefined;
  /** Files with a contender each. */
  readonly contenders: readonly string[];
};

export type Words =
  | { readonly say: 'run'; readonly asked: Asked }
  | { readonly say: 'help' }
  | { readonly say: 'wrong'; readonly complaint: string };

export const HELP = `npm run bench -- [options]

  --quick             a look at every part, in a minute
  --only A,B          only these sections: ${sectionNames.join(', ')}
  --profile           instead, names the functions that take the server's time
  --server FILE       another built server
  --before FILE       a built server to compare with, such as that of the commit before
  --contender FILE    another contender beside the peers; may be given again
  --report DIR        where report.md, cluster.md and chart.svg go, instead of bench/report
  --help              this

Needs Linux. docs/testing.md says what it measures, and what a contender's file holds.
`;

const OPTIONS = {
  quick: { type: 'boolean', default: false },
  profile: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  server: { type: 'string' },
  report: { type: 'string' },
  before: { type: 'string' },
  only: { type: 'string' },
  contender: { type: 'string', multiple: true },
} as const;

export function readWords(args: readonly string[]): Words {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    if (values.help) return { say: 'help' };
    const wanted = values.only?.split(',') ?? sectionNames;
    const sections = wanted.filter(isSection);
    if (sections.length < wanted.length) return wrong(`--only takes some of ${sectionNames.join(', ')}.`);
    const { quick, profile, server, report, before, contender: contenders = [] } = values;
    return { say: 'run', asked: { quick, profile, sections, server, report, before, contenders } };
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
}

function wrong(complaint: string): Words {
  return { say: 'wrong', complaint };
}
