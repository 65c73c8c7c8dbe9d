import { detailOf, elementOf, explorerLink, showCard } from './elements.ts';

/** What the links in mails ask for, by the name in the fragment: `#reset=` and the token. */
type Form = {
  path: string;
  title: string;
  text: string;
  button: string;
  done: string;
  /** Whether a new password is asked for. */
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
      // What was refused because of the password may be sent again; a link that is gone may not.
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
 * Shows the form for the link of a mail that opened this page, if one did, and takes the token out of the address bar.
 * Nothing is sent before the button is pressed: mail scanners open every link.
 */
export function showMailLink(actions: { post: Post; onDone(path: string): void }): void {
  const [, name = '', token = ''] = LINK.exec(location.hash) ?? [];
  const form = Object.hasOwn(FORMS, name) ? FORMS[name] : undefined;
  if (!form) return;
  history.replaceState(null, '', `${location.pathname}${location.search}`);
  show(form, token, actions);
}
