/** The part of the library's plugin system that is used here. */
type System = { React: { createElement(kind: unknown, props: unknown, ...children: unknown[]): unknown } };
type Props = { content?: unknown };
type Component = (props: Props) => unknown;
type Picture = { url: string; previewUrl: string };

function isPicture(value: object): value is Picture {
  return (
    'previewUrl' in value && 'url' in value && typeof value.previewUrl === 'string' && typeof value.url === 'string'
  );
}

/** Every picture in an answer, in its order. */
export function picturesIn(value: unknown): Picture[] {
  if (typeof value !== 'object' || value === null) return [];
  if (isPicture(value)) return [value];
  return Object.values(value).flatMap(picturesIn);
}

/** Shortens the long tokens of picture URLs for display. */
export function withoutTokens(text: string): string {
  return text.replace(/([?&]token=)[\w.-]{16,}/g, '$1…');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A plugin of the explorer that shows the pictures of an answer above it, each as a link to the full picture. */
export function showPictures() {
  return {
    wrapComponents: {
      responseBody:
        (Original: Component, { React }: System): Component =>
        (props) => {
          if (typeof props.content !== 'string') return React.createElement(Original, props);
          const pictures = picturesIn(parsed(props.content)).map(({ url, previewUrl }, at) => {
            const image = React.createElement('img', { src: previewUrl, alt: `Picture ${at + 1}`, loading: 'lazy' });
            return React.createElement('a', { key: url, href: url, target: '_blank', rel: 'noreferrer' }, image);
          });
          const strip = pictures.length > 0 ? React.createElement('p', { className: 'pictures' }, pictures) : null;
          const body = React.createElement(Original, { ...props, content: withoutTokens(props.content) });
          return React.createElement('div', null, strip, body);
        },
    },
  };
}
