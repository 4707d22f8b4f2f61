// Empties the page and puts a blank one in its place: Back doesn't return to it.

export function blankPage(): void {
  document.body.replaceChildren();
  document.title = '';
  location.replace('about:blank');
}
