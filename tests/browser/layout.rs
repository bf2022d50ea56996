//! What axe cannot see: pages that are too wide, texts on top of texts, controls too small for a finger.

use crate::chrome::Chrome;

/// Elements that reach past the window, when the page as a whole does.
const TOO_WIDE: &str = r"
    const width = arguments[0] || innerWidth, root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const name = e => e.tagName.toLowerCase() + (e.id && '#' + e.id) + [...e.classList].map(c => '.' + c).join('');
    const scrolls = e => e && e !== root && e !== document.body &&
        (getComputedStyle(e).overflowX !== 'visible' || scrolls(e.parentElement));
    const wide = [...document.body.querySelectorAll('*')].filter(e =>
        e.getBoundingClientRect().right > root.clientWidth + 1 && !scrolls(e.parentElement));
    return ['page is ' + root.scrollWidth + ' px wide in ' + root.clientWidth,
        ...wide.slice(0, 8).map(e => name(e.parentElement) + ' > ' + name(e) + ' ends at ' + Math.round(e.getBoundingClientRect().right))];";

/// Texts and controls that a box cuts off, where no scrolling brings them back.
const CUT_OFF: &str = r"
    const skipped = '.vh, .skip, .toast, option, script, style';
    const box = e => e.getBoundingClientRect(), clips = e => ['hidden', 'clip'].includes(getComputedStyle(e).overflowX);
    const clipper = e => !e || e === document.body ? null : clips(e) ? e : clipper(e.parentElement);
    const inner = [...document.body.querySelectorAll('main *, .bar *')].filter(e =>
        e.checkVisibility({ visibilityProperty: true }) && !e.closest(skipped) && box(e).width > 2 &&
        (e.matches('.btn, .iconbtn, .input, select') || [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())));
    const isCut = e => { const outer = clipper(e.parentElement); return outer && box(outer).width > 2 && box(e).right > box(outer).right + 1; };
    const sideways = [...document.querySelectorAll('main .panel')].filter(e => e.scrollWidth > e.clientWidth + 1)
        .map(e => `panel “${e.innerText.split('\n')[0]}” scrolls sideways: ${e.scrollWidth} px in ${e.clientWidth}`);
    return sideways.concat(inner.filter(isCut).slice(0, 5).map(e => `“${(e.ariaLabel || e.textContent.trim()).slice(0, 40)}” is cut off at ${Math.round(box(clipper(e.parentElement)).right)} of ${Math.round(box(e).right)} by ${clipper(e.parentElement).className}`));";

/// Texts that are printed over another text or under a button.
const OVERLAPS: &str = r"
    const skipped = '.vh, .skip, .bar, .sheet, .toast, option, script, style, dialog, noscript, textarea';
    const isClipped = e => e && (e.offsetWidth <= 1 || getComputedStyle(e).clipPath !== 'none' || isClipped(e.parentElement));
    const shown = e => e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !e.closest(skipped) && !isClipped(e);
    const cut = (element, { left, right, top, bottom }) => {
        for (let e = element; e && e !== document.body; e = e.parentElement) {
            if (getComputedStyle(e).overflowX === 'visible') continue;
            const outer = e.getBoundingClientRect();
            [left, right, top, bottom] = [Math.max(left, outer.left), Math.min(right, outer.right), Math.max(top, outer.top), Math.min(bottom, outer.bottom)];
        }
        return { left, right, top, bottom, width: right - left, height: bottom - top };
    };
    const things = [], add = (element, whole, text) => {
        const box = cut(element, whole);
        if (box.width > 2 && box.height > 2) things.push({ element, box, text });
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode());) {
        if (!node.data.trim() || !shown(node.parentElement)) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        for (const box of range.getClientRects()) add(node.parentElement, box, node.data.trim().slice(0, 40));
    }
    const texts = things.length;
    for (const e of document.querySelectorAll('.btn:not(.quiet), .iconbtn svg, .input, select, summary'))
        if (shown(e)) add(e, e.getBoundingClientRect(), '[' + (e.ariaLabel || e.name || e.textContent.trim() || e.parentElement.ariaLabel).slice(0, 40) + ']');
    const found = [];
    for (let i = 0; i < texts; i++) for (let k = i + 1; k < things.length; k++) {
        const a = things[i], b = things[k];
        if (a.element.contains(b.element) || b.element.contains(a.element)) continue;
        const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
        const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
        if (across > 3 && down > 0.4 * Math.min(a.box.height, b.box.height)) found.push(`“${a.text}” lies over “${b.text}”`);
    }
    return found.slice(0, 8);";

/// Buttons and fields that are lower than a finger needs.
const TOO_SMALL: &str = r"
    const controls = 'main .btn, main .iconbtn, main .input, main select, .bar summary, .bar .sheet a, .bar .sheet button';
    return [...document.querySelectorAll(controls)]
        .filter(e => e.checkVisibility({ visibilityProperty: true }) && !e.closest('.vh') && e.getBoundingClientRect().width > 2)
        .filter(e => Math.round(e.getBoundingClientRect().height) < 44)
        .map(e => `“${(e.ariaLabel || e.name || e.textContent.trim()).slice(0, 40)}” is ${e.getBoundingClientRect().height} px high`)
        .slice(0, 8);";

/// WCAG 1.4.12: people may space texts out.
const SPACE_OUT: &str = "const sheet = new CSSStyleSheet();
    sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }');
    document.adoptedStyleSheets = [sheet];";

impl Chrome {
    /// What is laid out badly at a width.
    pub async fn layout_faults(&self, width: u32) -> Vec<String> {
        self.width(width).await;
        let mut faults = Vec::new();
        for script in [TOO_WIDE, CUT_OFF, OVERLAPS] {
            faults.extend(self.list(script).await);
        }
        if width < 720 {
            faults.extend(self.list(TOO_SMALL).await);
        }
        faults
    }

    /// The same with letters, words and lines spaced out.
    pub async fn spaced_out_faults(&self, width: u32) -> Vec<String> {
        self.width(width).await;
        self.run(SPACE_OUT).await;
        let mut faults = Vec::new();
        for script in [TOO_WIDE, CUT_OFF, OVERLAPS] {
            faults.extend(self.list(script).await);
        }
        self.run("document.adoptedStyleSheets = []").await;
        faults
    }

    /// Runs a script that gives texts.
    pub async fn list(&self, script: &str) -> Vec<String> {
        let found = self.run(script).await;
        serde_json::from_value(found.clone()).unwrap_or_else(|_| panic!("a list of texts, not {found}"))
    }
}

#[actix_web::test]
async fn layout_faults_are_found_in_a_bad_page() {
    let folder = tempfile::tempdir().unwrap();
    let page = "<!doctype html><meta name=viewport content='width=device-width'><main><p style='width:900px'>Wide</p>
        <div style='width:99px;overflow:hidden'><nobr>A text that is too long</nobr></div><p>One text</p><p style='margin-top:-2.2em'>Another text</p><button class=btn>Low</button></main>";
    std::fs::write(folder.path().join("bad.html"), page).unwrap();

    Chrome::lend(&format!("file://{}", folder.path().display()), async |chrome| {
        chrome.open("/bad.html").await;

        let found = chrome.layout_faults(320).await.join("\n");

        for fault in [
            "px wide in",
            "“A text that is too long” is cut off",
            "“One text” lies over “Another text”",
            "“Low” is",
        ] {
            assert!(found.contains(fault), "{fault} in {found}");
        }
    })
    .await;
}
