import { detailOf, elementOf, explorerLink, showCard } from './elements.ts';

/** A form for a link of a mail. The fragment `#reset=<token>` selects it by name. */
type Form = {
  path: string;
  title: string;
  text: string;
  button: string;
  done: string;
  /** Whether the form has a field for a new password. */
  password?: true;
};

const FORMS: Readonly<Record<string, Form>> = {
  confirm: {
    path: '/email/confirm',
    title: 'Confirm your e-mail address',
    text: 'Mails about your complaints go to this address from then on.',
    button: 'Confirm',
    done: 'Your e-mail address is confirmed.',
  },
  reset: {
    path: '/recovery/confirm',
    title: 'Set a new password',
    text: 'Everybody who is logged in to your account will be logged out.',
    button: 'Set the password',
    done: 'The new password is set. Log in with it.',
    password: true,
  },
  unsubscribe: {
    path: '/email/unsubscribe',
    title: 'Stop the mails',
    text: 'You will get no more mails about complaints. You can turn them on again in your profile.',
    button: 'Stop the mails',
    done: 'You will get no more mails about complaints.',
  },
};

const LINK = /^#([a-z]+)=([\w.-]{1,200})$/;

/** Sends `body` to a path of the API. */
export type Post = (path: string, body: Readonly<Record<string, string>>) => Promise<Response>;

function passwordField(): { label: HTMLLabelElement; input: HTMLInputElement } {
  const label = elementOf('label', 'New password, 8 characters or more ');
  const input = elementOf('input');
  Object.assign(input, {
    type: 'password',
    name: 'password',
    required: true,
    minLength: 8,
    autocomplete: 'new-password',
  });
  label.append(input);
  return { label, input };
}

function show(form: Form, token: string, { post, onDone }: { post: Post; onDone(path: string): void }): void {
  const card = elementOf('form');
  card.id = 'mail-link';
  const status = elementOf('p');
  status.setAttribute('role', 'status');
  const button = elementOf('button', form.button);
  const password = form.password && passwordField();
  card.append(elementOf('h1', form.title), elementOf('p', form.text));
  if (password) card.append(password.label);
  card.append(button, status, explorerLink());
  card.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    status.textContent = '…';
    try {
      const response = await post(form.path, { token, ...(password ? { password: password.input.value } : {}) });
      status.textContent = response.ok ? form.done : detailOf(await response.json().catch(() => undefined));
      // After a refused password the person can try again, but not with an expired link.
      button.disabled = response.ok || response.status === 410;
      if (!response.ok) return;
      password?.label.remove();
      button.remove();
      onDone(form.path);
    } catch {
      status.textContent = 'The API cannot be reached from here. Try again.';
      button.disabled = false;
    }
  });
  showCard(card);
}

/**
 * Shows the form if a link of a mail opened this page, and removes the token from the address bar. Sends nothing before
 * the button is pressed, since mail scanners open every link.
 */
export function showMailLink(actions: { post: Post; onDone(path: string): void }): void {
  const [, name = '', token = ''] = LINK.exec(location.hash) ?? [];
  const form = Object.hasOwn(FORMS, name) ? FORMS[name] : undefined;
  if (!form) return;
  history.replaceState(null, '', `${location.pathname}${location.search}`);
  show(form, token, actions);
}
