import {html} from 'hono/html'

type Html = ReturnType<typeof html>

function page(body: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>Activate a device</title>
      </head>
      <body>
        <h1>Activate a device</h1>
        ${body}
      </body>
    </html>`
}

export function signInPage(userCode: string, problem = ''): Html {
  return page(html`
    <p role="alert">${problem}</p>
    <form method="post" action="/activate/sign-in">
      <input type="hidden" name="user_code" value="${userCode}" />
      <label>Email <input name="email" type="email" required /></label>
      <label>Password <input name="password" type="password" required /></label>
      <button>Sign in</button>
    </form>
  `)
}

export function codePage(userCode: string, problem = ''): Html {
  return page(html`
    <p role="alert">${problem}</p>
    <form method="post" action="/activate/code">
      <label>Code <input name="user_code" value="${userCode}" required /></label>
      <button>Continue</button>
    </form>
  `)
}

export function decisionPage(userCode: string): Html {
  return page(html`
    <p>Is ${userCode} the code that your terminal shows?</p>
    <form method="post" action="/activate/decision">
      <input type="hidden" name="user_code" value="${userCode}" />
      <button name="decision" value="approve">Approve</button>
      <button name="decision" value="deny">Deny</button>
    </form>
  `)
}

export function messagePage(message: string): Html {
  return page(html`<p>${message}</p>`)
}
