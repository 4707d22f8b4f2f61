// What the server sees, what it can't see, and what no one can promise.

import { seesTexts } from '../words/server-sees.ts';
import { Dialog } from './dialog.tsx';

export function ServerSees({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title={seesTexts.heading} lead={seesTexts.keeps} onClose={onClose}>
      <Facts heading={seesTexts.does} facts={seesTexts.doesList} />
      <Facts heading={seesTexts.doesNot} facts={seesTexts.doesNotList} />
      <Facts heading={seesTexts.limits} facts={seesTexts.limitsList} />
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
