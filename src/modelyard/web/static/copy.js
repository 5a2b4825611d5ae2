// A link is shown as others have to type it.
for (const link of document.querySelectorAll("figure.command a")) link.textContent = link.href;

// Puts a button on every command that copies it.
if (navigator.clipboard) {
  for (const figure of document.querySelectorAll("figure.command")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(figure.querySelector("code").textContent);
        button.textContent = "Copied";
      } catch {
        button.textContent = "Not allowed";
      }
      setTimeout(() => (button.textContent = "Copy"), 1500);
    });
    figure.querySelector("figcaption").append(button);
  }
}
