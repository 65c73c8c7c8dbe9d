/** Standard Webhooks 1.0.0: `whsec_` and the base64 of 24 to 64 bytes. */
const SECRET = /^whsec_([A-Za-z0-9+/]+={0,2})$/;

/** The key in a webhook's secret; undefined if the secret is invalid. */
export function webhookKey(secret: string): Buffer | undefined {
  const [, encoded] = SECRET.exec(secret.trim()) ?? [];
  const key = encoded === undefined ? undefined : Buffer.from(encoded, 'base64');
  return key && key.byteLength >= 24 && key.byteLength <= 64 ? key : undefined;
}

/** The headers of one attempt. All attempts share the id; the timestamp is the attempt's. */
export function webhookHeaders(key: Buffer, { id, at, body }: { id: string; at: Date; body: string }) {
  const { createHmac } = process.getBuiltinModule('node:crypto');
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
