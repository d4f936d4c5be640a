"""What browser tests ask of a page."""

from axe_playwright_python.sync_playwright import Axe

HEIGHT = 900
GRAVE = {"serious", "critical"}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "reporter": "no-passes"}
ALLOWED = {401, 403, 404, 405, 409, 422, 429}  # answers of pages, not failures


def watch(page, complaints):
    """Collects what the browser complains about: script errors, refused inline code, files that are missing."""
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on("console", lambda message: complaints.append(f"{page.url}: {message.text}") if _is_fault(message) else None)
    page.on("response", lambda answer: complaints.append(f"{answer.status} {answer.url}") if _is_lost(answer) else None)


def _is_fault(message):
    # Chromium logs every 4xx as an error, pages of ours among them; `_is_lost` tells those apart.
    return message.type == "error" and "Failed to load resource" not in message.text


def _is_lost(answer):
    is_page = answer.request.resource_type in {"document", "xhr", "fetch"}
    return answer.status >= 500 or (answer.status >= 400 and not (is_page and answer.status in ALLOWED))


def axe_violations(page):
    """Findings of axe that keep somebody out, each with the element it is about."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{finding['impact']} {finding['id']}: {node['html'][:160]} – {node.get('failureSummary', finding['help'])}"
        for finding in found
        if finding["impact"] in GRAVE
        for node in finding["nodes"]
    ]


def assert_no_axe_violations(page):
    """WCAG 2.2 AA and good practice, serious and critical findings."""
    found = axe_violations(page)
    assert found == [], "\n".join(found)


def assert_fits(page):
    """Nothing hangs over the side of the window."""
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{page.url} is {wide} px too wide"


def small_targets(page, least=44):
    """Buttons and links outside of running text that a thumb would miss (less than `least` px high or wide)."""
    return page.evaluate(
        """least => [...document.querySelectorAll("button, .btn, .v-icon-btn, .v-chip, .v-tabs a, .v-rail a, summary")]
            .map(element => [element, element.getBoundingClientRect()])
            .filter(([element, box]) => box.width && !element.matches(".visually-hidden"))
            .filter(([, box]) => box.height < least - 0.5 || box.width < least - 0.5)
            .map(([element, box]) => `${element.outerHTML.slice(0, 90)} ${box.width}x${box.height}`)""",
        least,
    )
