// What the server sees, what it can't see, and what no one can promise.

import { texts } from '../words/start.ts';
import { Dialog } from './dialog.tsx';

export function ServerSees({ onClose }: { readonly onClose: () => void }) {
  const { sees } = texts;
  return (
    <Dialog title={sees.heading} lead={sees.keeps} onClose={onClose}>
      <Facts heading={sees.does} facts={sees.doesList} />
      <Facts heading={sees.doesNot} facts={sees.doesNotList} />
      <Facts heading={sees.limits} facts={sees.limitsList} />
    </Dialog>
  );
}

function Facts({ heading, facts }: { readonly heading: string; readonly facts: readonly string[] }) {
  return (
    <section class="facts">
      <h3>{heading}</h3>
      <ul>
        {facts.map((fact) => (
          <li key={fact}>{fact}</li>
        ))}
      </ul>
    </section>
  );
}
