/** What the explorer library hands to a plugin, as far as it is used. */
type System = { React: { createElement(kind: unknown, props: unknown, ...children: unknown[]): unknown } };
type Props = { content?: unknown };
type Component = (props: Props) => unknown;
type Picture = { url: string; previewUrl: string };

function isPicture(value: object): value is Picture {
  return (
    'previewUrl' in value && 'url' in value && typeof value.previewUrl === 'string' && typeof value.url === 'string'
  );
}

/** Every picture that an answer names, in its order. */
export function picturesIn(value: unknown): Picture[] {
  if (typeof value !== 'object' || value === null) return [];
  if (isPicture(value)) return [value];
  return Object.values(value).flatMap(picturesIn);
}

/** The answer without the long tokens of picture URLs, which nobody reads. */
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

/** A plugin of the explorer: the pictures of an answer are shown above it, each a link to the whole picture. */
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
