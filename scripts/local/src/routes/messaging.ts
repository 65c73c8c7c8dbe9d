import { bodyOrQueryParameter, type Call, type Fields, param, type Reply, type Route } from '../http/call.ts';
import { ApiError, type ErrorType, invalidParam } from '../http/errors.ts';
import type { MailData } from '../messaging/messaging.ts';
import type { SystemTable } from '../messaging/system-table.ts';
import type { Platform } from '../platform.ts';
import { isDate, normalDate } from '../rows/cells.ts';
import type { Row } from '../rows/types.ts';
import { booleanParameter, idParameter, numberParameter, textParameter } from './management/fields.ts';
import { showTarget } from './users.ts';

type Parts = Pick<Platform, 'messaging' | 'clock' | 'project' | 'files'>;

const base = '/v1/messaging';
const longestSubject = 998;
const longestContent = 64_230;
const emailForm = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** Providers (SMTP only), topics, subscribers and e-mails. */
export function messagingRoutes(parts: Parts): Route[] {
  return [...providerRoutes(parts), ...topicRoutes(parts), ...subscriberRoutes(parts), ...messageRoutes(parts)];
}

function requireOne(table: SystemTable, id: string, type: ErrorType): Row {
  const found = table.find(id);
  if (!found) throw new ApiError(type);
  return found;
}

function providerRoutes({ messaging: { providers }, clock }: Parts): Route[] {
  const all = `${base}/providers`;
  const read = ['providers.read'];
  const write = ['providers.write'];
  const find = (call: Call) => requireOne(providers, param(call, 'providerId'), 'provider_not_found');
  const create = (call: Call): Reply => {
    const id = idParameter(call, 'providerId', clock.now());
    const settings = readSmtp(call);
    const provider = providers.create(id, {
      ...settings,
      provider: 'smtp',
      type: 'email',
      search: `${id} ${settings.name}`,
    });
    return { status: 201, body: showProvider(provider) };
  };
  const update = (call: Call): Reply => {
    const old = find(call);
    return { status: 200, body: showProvider(providers.update(old.$id, readSmtp(call, old))) };
  };
  const remove = (call: Call): Reply => {
    providers.remove(find(call));
    return { status: 204 };
  };
  return [
    { method: 'GET', path: all, scopes: read, handle: (call) => providers.list(call, showProvider) },
    { method: 'POST', path: `${all}/smtp`, scopes: write, handle: create },
    { method: 'PATCH', path: `${all}/smtp/:providerId`, scopes: write, handle: update },
    {
      method: 'GET',
      path: `${all}/:providerId`,
      scopes: read,
      handle: (call) => ({ status: 200, body: showProvider(find(call)) }),
    },
    { method: 'DELETE', path: `${all}/:providerId`, scopes: write, handle: remove },
  ];
}

/**
 * Settings that are not sent keep their values, or get their defaults. A provider without a sender is never enabled
 * (messaging-014).
 */
function readSmtp(call: Call, old?: Row) {
  const credentials = { port: 587, username: '', password: '', host: '', ...parsed(old?.credentials) };
  const options = {
    ...{ fromName: '', fromEmail: '', replyToName: '', replyToEmail: '', encryption: '', autoTLS: true, mailer: '' },
    ...parsed(old?.options),
  };
  const text = (name: string, known: string, max = 128) => textParameter(call, name, { fallback: known, max });
  const address = (name: string, known: string) => {
    const value = text(name, known, 254);
    if (value === '' || emailForm.test(value)) return value;
    throw invalidParam(name, 'Value must be a valid email address');
  };
  const encryption = text('encryption', options.encryption || 'none');
  if (!['none', 'ssl', 'tls'].includes(encryption))
    throw invalidParam('encryption', 'Value must be one of (none, ssl, tls)');
  const fromEmail = address('fromEmail', options.fromEmail);
  const name = old ? text('name', String(old.name)) : textParameter(call, 'name', { max: 128 });
  const host = old ? text('host', credentials.host, 512) : textParameter(call, 'host', { max: 512 });
  return {
    name,
    enabled: booleanParameter(call, 'enabled', old?.enabled === true) && fromEmail !== '',
    credentials: JSON.stringify({
      port: numberParameter(call, 'port', { fallback: credentials.port, min: 1, max: 65_535 }),
      username: text('username', credentials.username),
      password: text('password', credentials.password),
      host,
    }),
    options: JSON.stringify({
      fromName: text('fromName', options.fromName),
      fromEmail,
      replyToName: text('replyToName', options.replyToName),
      replyToEmail: address('replyToEmail', options.replyToEmail),
      encryption: encryption === 'none' ? '' : encryption,
      autoTLS: booleanParameter(call, 'autoTLS', options.autoTLS),
      mailer: text('mailer', options.mailer),
    }),
  };
}

function parsed(json: unknown): Fields {
  return typeof json === 'string' ? JSON.parse(json) : {};
}

function showProvider({ search, $sequence, $permissions, ...provider }: Row): Fields {
  return { ...provider, credentials: parsed(provider.credentials), options: parsed(provider.options) };
}

function topicRoutes({ messaging, clock }: Parts): Route[] {
  const { topics, subscribers } = messaging;
  const all = `${base}/topics`;
  const one = `${all}/:topicId`;
  const read = ['topics.read'];
  const write = ['topics.write'];
  const find = (call: Call) => requireOne(topics, param(call, 'topicId'), 'topic_not_found');
  const show = ({ search, $sequence, $permissions, ...topic }: Row): Fields => {
    const totalOf = (providerType: string) => subscribers.all({ topicId: topic.$id, providerType }).length;
    return { ...topic, emailTotal: totalOf('email'), smsTotal: totalOf('sms'), pushTotal: totalOf('push') };
  };
  const create = (call: Call): Reply => {
    const id = idParameter(call, 'topicId', clock.now());
    const name = textParameter(call, 'name', { max: 128 });
    const subscribe = rolesParameter(call, ['users']);
    return { status: 201, body: show(topics.create(id, { name, subscribe, search: `${id} ${name}` })) };
  };
  const update = (call: Call): Reply => {
    const old = find(call);
    const name = textParameter(call, 'name', { fallback: String(old.name), max: 128 });
    return {
      status: 200,
      body: show(topics.update(old.$id, { name, subscribe: rolesParameter(call, old.subscribe) })),
    };
  };
  const remove = (call: Call): Reply => {
    const topic = find(call);
    for (const subscriber of subscribers.all({ topicId: topic.$id })) subscribers.remove(subscriber);
    topics.remove(topic);
    return { status: 204 };
  };
  return [
    { method: 'GET', path: all, scopes: read, handle: (call) => topics.list(call, show) },
    { method: 'POST', path: all, scopes: write, handle: create },
    { method: 'GET', path: one, scopes: read, handle: (call) => ({ status: 200, body: show(find(call)) }) },
    { method: 'PATCH', path: one, scopes: write, handle: update },
    { method: 'DELETE', path: one, scopes: write, handle: remove },
  ];
}

function rolesParameter(call: Call, fallback: unknown): string[] {
  const roles = bodyOrQueryParameter(call, 'subscribe') ?? fallback;
  const role = /^(any|guests|users(\/(un)?verified)?|(user|team|member|label):.+)$/;
  if (Array.isArray(roles) && roles.every((one) => role.test(String(one)))) return roles.map(String);
  throw invalidParam('subscribe', 'Value must be an array of roles');
}

function subscriberRoutes({ messaging, clock }: Parts): Route[] {
  const { users, targets, topics, subscribers } = messaging;
  const all = `${base}/topics/:topicId/subscribers`;
  const one = `${all}/:subscriberId`;
  const read = ['subscribers.read'];
  const write = ['subscribers.write'];
  const topicOf = (call: Call) => requireOne(topics, param(call, 'topicId'), 'topic_not_found').$id;
  const find = (call: Call): Row => {
    const topicId = topicOf(call);
    const subscriber = subscribers.find(param(call, 'subscriberId'));
    if (subscriber?.topicId !== topicId) throw new ApiError('subscriber_not_found');
    return subscriber;
  };
  const show = ({ search, $sequence, $permissions, ...subscriber }: Row): Fields => {
    const target = targets.find(String(subscriber.targetId));
    const userName = users.find(String(subscriber.userId))?.name ?? '';
    return { ...subscriber, target: target ? showTarget(target) : {}, userName };
  };
  const create = (call: Call): Reply => {
    const id = idParameter(call, 'subscriberId', clock.now());
    const topicId = topicOf(call);
    const target = requireOne(targets, textParameter(call, 'targetId', { max: 36 }), 'user_target_not_found');
    const { $id: targetId, userId, providerType } = target;
    if (subscribers.all({ topicId, targetId }).length > 0) throw new ApiError('subscriber_already_exists');
    const search = `${id} ${targetId} ${userId} ${topicId} ${providerType}`;
    return { status: 201, body: show(subscribers.create(id, { topicId, targetId, userId, providerType, search })) };
  };
  const remove = (call: Call): Reply => {
    subscribers.remove(find(call));
    return { status: 204 };
  };
  return [
    {
      method: 'GET',
      path: all,
      scopes: read,
      handle: (call) => subscribers.list(call, show, { topicId: topicOf(call) }),
    },
    { method: 'POST', path: all, scopes: write, handle: create },
    { method: 'GET', path: one, scopes: read, handle: (call) => ({ status: 200, body: show(find(call)) }) },
    { method: 'DELETE', path: one, scopes: write, handle: remove },
  ];
}

function messageRoutes(parts: Parts): Route[] {
  const { messages, targets } = parts.messaging;
  const all = `${base}/messages`;
  const one = `${all}/:messageId`;
  const read = ['messages.read'];
  const write = ['messages.write'];
  const find = (call: Call) => requireOne(messages, param(call, 'messageId'), 'message_not_found');
  const listTargets = (call: Call): Reply => {
    const found = texts(find(call).targets).flatMap((id) => targets.find(id) ?? []);
    return { status: 200, body: { total: found.length, targets: found.map(showTarget) } };
  };
  const logs = (call: Call): Reply => {
    find(call);
    return { status: 200, body: { total: 0, logs: [] } };
  };
  return [
    { method: 'GET', path: all, scopes: read, handle: (call) => messages.list(call, showMessage) },
    { method: 'POST', path: `${all}/email`, scopes: write, handle: (call) => createEmail(parts, call) },
    {
      method: 'PATCH',
      path: `${all}/email/:messageId`,
      scopes: write,
      handle: (call) => updateEmail(parts, call, find(call)),
    },
    { method: 'GET', path: one, scopes: read, handle: (call) => ({ status: 200, body: showMessage(find(call)) }) },
    { method: 'DELETE', path: one, scopes: write, handle: (call) => removeMessage(parts, find(call)) },
    { method: 'GET', path: `${one}/targets`, scopes: read, handle: listTargets },
    { method: 'GET', path: `${one}/logs`, scopes: read, handle: logs },
  ];
}

function showMessage({ search, $sequence, $permissions, ...message }: Row): Fields {
  return { ...message, deliveryErrors: texts(message.deliveryErrors), data: parsed(message.data) };
}

function createEmail(parts: Parts, call: Call): Reply {
  const { messages } = parts.messaging;
  const id = idParameter(call, 'messageId', parts.clock.now());
  const draft = booleanParameter(call, 'draft', false);
  const email = readEmail(parts, call);
  const { topics, users, targets, scheduledAt } = email;
  if (!draft && [...topics, ...users, ...targets].length === 0) throw new ApiError('message_missing_target');
  const status = draft ? 'draft' : scheduledAt ? 'scheduled' : 'processing';
  const message = messages.create(id, {
    ...email,
    status,
    providerType: 'email',
    deliveryErrors: [],
    deliveredTotal: 0,
  });
  if (status === 'processing') parts.messaging.deliver(message.$id);
  return { status: 201, body: showMessage(message) };
}

/** Drafts and scheduled messages can be changed. A draft that ends is sent or scheduled. */
function updateEmail(parts: Parts, call: Call, old: Row): Reply {
  const { messages } = parts.messaging;
  const refusals: Readonly<Record<string, ErrorType>> = {
    processing: 'message_already_processing',
    sent: 'message_already_sent',
    failed: 'message_already_failed',
  };
  const refusal = refusals[String(old.status)];
  if (refusal) throw new ApiError(refusal);
  const email = readEmail(parts, call, old);
  const draft = booleanParameter(call, 'draft', old.status === 'draft');
  const { topics, users, targets, scheduledAt } = email;
  if (!draft && [...topics, ...users, ...targets].length === 0) throw new ApiError('message_missing_target');
  const status = draft ? 'draft' : scheduledAt ? 'scheduled' : 'processing';
  const message = messages.update(old.$id, { ...email, status });
  if (status === 'processing') parts.messaging.deliver(message.$id);
  return { status: 200, body: showMessage(message) };
}

function removeMessage({ messaging }: Parts, message: Row): Reply {
  if (message.status === 'processing') throw new ApiError('message_already_scheduled');
  messaging.messages.remove(message);
  return { status: 204 };
}

/** The fields of an e-mail; those that are not sent keep their values. */
function readEmail(parts: Parts, call: Call, old?: Row) {
  const data = { html: false, cc: [], bcc: [], ...parsed(old?.data) } as Partial<MailData>;
  const limited = (name: string, known: string | undefined, max: number) => {
    const value = bodyOrQueryParameter(call, name) ?? known;
    if (typeof value === 'string' && value !== '' && [...value].length <= max) return value;
    throw invalidParam(name, `Value must be a valid string and at least 1 chars and no longer than ${max} chars`);
  };
  const subject = limited('subject', data.subject, longestSubject);
  const content = limited('content', data.content, longestContent);
  const [cc, bcc] = [idsParameter(call, 'cc', data.cc), idsParameter(call, 'bcc', data.bcc)];
  const targets = idsParameter(call, 'targets', old?.targets);
  const scheduledAt = readSchedule(parts, call) ?? old?.scheduledAt ?? null;
  refuseAttachments(parts, call);
  checkTargets(parts, [...targets, ...cc, ...bcc]);
  const mail: MailData = {
    subject,
    content,
    html: booleanParameter(call, 'html', data.html ?? false),
    cc,
    bcc,
    attachments: [],
  };
  return {
    topics: idsParameter(call, 'topics', old?.topics),
    users: idsParameter(call, 'users', old?.users),
    targets,
    scheduledAt,
    data: JSON.stringify(mail),
    search: `${subject} ${content}`.slice(0, 1000),
  };
}

function idsParameter(call: Call, name: string, fallback: unknown): string[] {
  const value = bodyOrQueryParameter(call, name) ?? fallback ?? [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.map(String);
  throw invalidParam(name, 'Value must a valid array and Value must be a valid id');
}

/** Throws unless all targets are e-mail targets and none is named twice (messaging-053). */
function checkTargets({ messaging: { targets } }: Parts, ids: readonly string[]): void {
  const known = new Set(ids).size === ids.length && ids.every((id) => targets.find(id)?.providerType === 'email');
  if (!known) throw new ApiError('message_target_not_email');
}

function readSchedule({ clock }: Parts, call: Call): string | undefined {
  const value = bodyOrQueryParameter(call, 'scheduledAt') ?? undefined;
  if (value === undefined) return undefined;
  if (isDate(value) && Date.parse(value) > clock.now()) return normalDate(value);
  throw invalidParam('scheduledAt', 'Value must be valid date in the future');
}

function refuseAttachments({ project }: Parts, call: Call): void {
  for (const attachment of idsParameter(call, 'attachments', [])) {
    if (!project.buckets.has(attachment.split(':')[0] ?? '')) throw new ApiError('storage_bucket_not_found');
    throw new ApiError('general_not_implemented_locally', 'The local Appwrite does not send attachments.');
  }
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
