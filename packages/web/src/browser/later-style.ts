// Style sheets of later parts of the page.

/** The part, once its style sheet is in force too. `style` is the sheet's address. */
export async function withStyle<T>(part: Promise<T>, style: string): Promise<T> {
  const [loaded] = await Promise.all([part, loadStyle(style)]);
  return loaded;
}

async function loadStyle(href: string): Promise<void> {
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = href;
  link.integrity = integrityOf(link.href);
  await new Promise<void>((resolve, reject) => {
    link.addEventListener('load', () => resolve());
    link.addEventListener('error', () => {
      link.remove();
      reject(new Error('a style sheet did not load'));
    });
    document.head.append(link);
  });
}

/** The built page names each later sheet with its hash, in a link that loads nothing. */
function integrityOf(href: string): string {
  const named = document.querySelectorAll<HTMLLinkElement>('link[disabled]');
  return [...named].find((link) => link.href === href)?.integrity ?? '';
}
