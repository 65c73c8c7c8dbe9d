import { malformed } from './multipart-error.ts';

const PARAMETER = /[ \t]*;[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:"([^"\\]*)"|([^\s";]+))[ \t]*/y;
const BOUNDARY = /^[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]$/;
const MAX_CONTENT_TYPE = 512;

/** The one boundary that a multipart/form-data content type names. */
export function readBoundary(contentType: string): string {
  const type = /^multipart\/form-data(?=[ \t]*;)/i.exec(contentType);
  if (!type || contentType.length > MAX_CONTENT_TYPE) throw malformed('its content type names no usable boundary');
  const boundaries: string[] = [];
  PARAMETER.lastIndex = type[0].length;
  while (PARAMETER.lastIndex < contentType.length) {
    const parameter = PARAMETER.exec(contentType);
    if (!parameter) throw malformed('its content type names no usable boundary');
    const [, name = '', quoted, token] = parameter;
    if (name.toLowerCase() === 'boundary') boundaries.push(quoted ?? token ?? '');
  }
  const [boundary = ''] = boundaries;
  if (boundaries.length !== 1 || !BOUNDARY.test(boundary)) throw malformed('its content type names no usable boundary');
  return boundary;
}
