// axe-core against what a person sees; run from the test's world, since the page's own policy lets no script in.

import axe from 'axe-core';
import { expect } from 'vitest';
import type { Person } from './stage.ts';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export async function expectAccessible(person: Person, screen: string): Promise<void> {
  if (!(await person.page.evaluate(() => 'axe' in globalThis))) await person.page.evaluate(axe.source);
  const violations = await person.page.evaluate(async (rules) => {
    const results = await globalThis.axe.run(document, {
      runOnly: { type: 'tag', values: rules },
      // No selectors for the hundreds of nodes that pass.
      resultTypes: ['violations'],
      selectors: false,
    });
    return results.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' · ')}`,
    );
  }, RULES);
  expect(violations, `accessibility of ${screen}`).toEqual([]);
}

declare global {
  // The name under which axe-core's own script puts itself into a page.
  var axe: typeof import('axe-core');
}
