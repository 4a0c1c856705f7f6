"use strict";
// The only script of the console. A form with data-ceremony asks the authenticator before it is posted; its answer goes
// into the form's hidden fields. Nothing is fetched, nothing is stored.

const bytes = (text) => Uint8Array.from(
  atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const ceremonies = {
  async get(form) {
    const { challenge, party, credential } = form.dataset;
    const answer = await navigator.credentials.get({
      publicKey: {
        challenge: bytes(challenge),
        rpId: party,
        userVerification: "required",
        allowCredentials: credential ? [{ type: "public-key", id: bytes(credential) }] : [],
      },
    });
    form.elements.credential.value = text(answer.rawId);
    form.elements.data.value = text(answer.response.authenticatorData);
    form.elements.client.value = text(answer.response.clientDataJSON);
    form.elements.signature.value = text(answer.response.signature);
    form.elements.person.value = answer.response.userHandle ? text(answer.response.userHandle) : "";
  },

  async create(form) {
    const { challenge, party, person, name } = form.dataset;
    const made = await navigator.credentials.create({
      publicKey: {
        challenge: bytes(challenge),
        rp: { id: party, name: "Internet Connection Records" },
        user: { id: bytes(person), name, displayName: name },
        pubKeyCredParams: [{ type: "public-key", alg: -7 }],
        attestation: "none",
        authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
      },
    });
    form.elements.attestation.value = text(made.response.attestationObject);
    form.elements.client.value = text(made.response.clientDataJSON);
  },
};

const run = async (form) => {
  const told = form.querySelector("[data-told]");
  const button = form.querySelector("button");
  button.disabled = true;
  told.textContent = "Waiting for your key …";
  try {
    await ceremonies[form.dataset.ceremony](form);
    form.submit();
  } catch (failure) {
    button.disabled = false;
    told.textContent = "The key did not answer: " + failure.message;
  }
};

for (const form of document.querySelectorAll("form[data-ceremony]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(form);
  });
}
