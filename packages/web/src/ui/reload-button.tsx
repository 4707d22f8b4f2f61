// Reloads the page.

import type { ComponentChildren } from 'preact';

export function ReloadButton({ children }: { readonly children: ComponentChildren }) {
  return (
    <button class="btn btn--primary btn--large" type="button" onClick={() => window.location.reload()}>
      {children}
    </button>
  );
}
