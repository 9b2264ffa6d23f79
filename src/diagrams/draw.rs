//! Draws one text by the library merman, within bounds.
//!
//! The library has budgets for what it reads, lays out and writes, which depend on the text alone.
//! What gets past them anyway meets a thread of its own, with a deep stack, an end of time, and
//! panics that go no further.

use std::sync::{LazyLock, Once, mpsc};
use std::time::Duration;

use merman::svg::{
    DeterministicTextMeasurer, HostTheme, HostThemeAppearance, MeasurementProfileId, Presentation,
    RenderResourcePolicy, SvgOutputPolicy, SvgPipelinePreset, SvgRenderOptions,
    TextMeasurementPolicy, TextMeasurementProfile, TextMeasurementProfileIdentity, TextStyle,
    ThemeRole,
};
use merman::{
    Engine, MermaidConfig, OperationControl, ParseOptions, RenderError, RenderOutput,
    RenderRequest, Renderer, SvgEnvironment, SvgRequest,
};

use super::clean::{Picture, clean};
use super::widths::width;
use super::{Drawing, Fault};
use crate::base::one_line;

/// Longer texts aren't read.
const LONGEST: usize = 64 * 1024;
/// An ordinary diagram takes a thousandth of it: what runs out of time is out of all bounds.
const PATIENCE: Duration = Duration::from_secs(10);
/// The library walks some things by recursion, as deep as they are nested.
const STACK: usize = 64 * 1024 * 1024;
/// The threads that draw, whose panics are told as faults.
const THREAD: &str = "diagram";

/// Draws a text for light pages and for dark ones.
pub(super) fn draw(text: &str) -> Result<Drawing, Fault> {
    if text.len() > LONGEST {
        return Err(lasting(format!("it is longer than {} KiB", LONGEST / 1024)));
    }
    silence_panics();
    let control = OperationControl::new();
    let (theirs, ours) = mpsc::channel();
    let (copy, inside) = (text.to_string(), control.clone().with_deadline(PATIENCE));
    let work = move || {
        // Nobody waits any more for what comes too late.
        drop(theirs.send(draw_both(&copy, &inside)));
    };
    let thread = std::thread::Builder::new().name(THREAD.to_string()).stack_size(STACK);
    if let Err(error) = thread.spawn(work) {
        return Err(Fault { lasting: false, ..lasting(format!("can't start a thread: {error}")) });
    }
    match ours.recv_timeout(PATIENCE + PATIENCE / 4) {
        Ok(drawn) => drawn,
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            Err(lasting("the library that draws fails on it".to_string()))
        }
        Err(mpsc::RecvTimeoutError::Timeout) => {
            control.cancel();
            Err(too_slow())
        }
    }
}

/// Panics of threads that draw say nothing: they are told as faults of their text.
fn silence_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if std::thread::current().name() != Some(THREAD) {
                before(panic);
            }
        }));
    });
}

fn draw_both(text: &str, control: &OperationControl) -> Result<Drawing, Fault> {
    let light = draw_one(text, control, &LIGHT)?;
    let dark = draw_one(text, control, &DARK)?;
    Ok(Drawing {
        light: light.svg,
        dark: dark.svg,
        width: light.width,
        height: light.height,
        title: light.title,
        description: light.description,
    })
}

fn draw_one(text: &str, control: &OperationControl, look: &Look) -> Result<Picture, Fault> {
    let request = SvgRequest {
        options: SvgRenderOptions { diagram_id: Some(id(text)), ..SvgRenderOptions::default() },
        ..look.request.clone()
    };
    let made = look.renderer.render(RenderRequest::svg(text, control.child(), request));
    match made {
        Ok(RenderOutput::Svg(Some(svg))) => clean(svg.svg())
            .ok_or_else(|| lasting("the library that draws gives no picture".to_string())),
        Ok(_) => Err(lasting("it is no Mermaid diagram".to_string())),
        Err(error) => Err(fault(text, &error)),
    }
}

/// The id of a picture: all others in it begin with it, so that two pictures may stand on one page.
fn id(text: &str) -> String {
    format!("d{}", super::key(text).short())
}

/// How pictures look on one kind of page.
struct Look {
    renderer: Renderer,
    request: SvgRequest,
}

static LIGHT: LazyLock<Look> = LazyLock::new(|| {
    Look::new(
        HostThemeAppearance::Light,
        "#fdfcfa",
        &[
            (ThemeRole::Surface, "#f1ede4"),
            (ThemeRole::SurfaceAlt, "#f6f3ed"),
            (ThemeRole::SurfaceMuted, "#e8e2d5"),
            (ThemeRole::Text, "#211f1b"),
            (ThemeRole::SubtleText, "#5d574d"),
            (ThemeRole::Border, "#8f877a"),
            (ThemeRole::Line, "#5d574d"),
            (ThemeRole::NoteBackground, "#fff0b8"),
            (ThemeRole::NoteBorder, "#8a7a2e"),
            (ThemeRole::Error, "#b3261e"),
            (ThemeRole::Warning, "#8a4b08"),
            (ThemeRole::Success, "#1a6b3c"),
        ],
        ["#c9dcf3", "#f3d9b8", "#cfe6d4", "#ecd2e2", "#e6dfa9", "#cfe3e6", "#e0d8f0", "#f0d0cc"],
        "#5b8fc7,#a4530f,#3d8a57,#9a4379,#83741a,#2f7f8a",
    )
});

static DARK: LazyLock<Look> = LazyLock::new(|| {
    Look::new(
        HostThemeAppearance::Dark,
        "#16181b",
        &[
            (ThemeRole::Surface, "#262a30"),
            (ThemeRole::SurfaceAlt, "#1d2024"),
            (ThemeRole::SurfaceMuted, "#30353c"),
            (ThemeRole::Text, "#e3e0da"),
            (ThemeRole::SubtleText, "#aba69c"),
            (ThemeRole::Border, "#767b84"),
            (ThemeRole::Line, "#aba69c"),
            (ThemeRole::NoteBackground, "#4a3f12"),
            (ThemeRole::NoteBorder, "#9c8a3e"),
            (ThemeRole::Error, "#ff9d94"),
            (ThemeRole::Warning, "#f0ab6c"),
            (ThemeRole::Success, "#74d19d"),
        ],
        ["#24425f", "#5a3c17", "#234a30", "#552b45", "#4d4414", "#1d484d", "#3c3160", "#5c2a26"],
        "#4a7fb8,#e8a65c,#6fbf87,#d58abb,#cdbc58,#62b7c2",
    )
});

impl Look {
    /// The colours are those of the theme inside the program, which are legible on each other.
    fn new(
        appearance: HostThemeAppearance,
        paper: &str,
        roles: &[(ThemeRole, &str)],
        series: [&str; 8],
        plots: &str,
    ) -> Self {
        let right = "a colour or a font of this table";
        let mut theme = HostTheme::new().with_appearance(appearance);
        theme = theme.try_with_font_family("Arial, Helvetica, sans-serif").expect(right);
        for (role, colour) in roles.iter().copied().chain([(ThemeRole::Canvas, paper)]) {
            theme = theme.try_with_role(role, colour).expect(right);
        }
        let theme = theme.try_with_series_palette(series).expect(right);
        let look = Presentation::new().with_theme(theme).resolve();
        // Texts may not choose colours of their own: they would suit one kind of page at most.
        let site = MermaidConfig::from_value(serde_json::json!({
            "secure": [
                "secure", "securityLevel", "startOnLoad", "maxTextSize", "maxEdges", "suppressErrorRendering",
                "theme", "themeVariables", "themeCSS", "darkMode", "fontFamily", "htmlLabels",
            ],
            "securityLevel": "strict",
            "themeVariables": {
                // It stands on the colour of lines.
                "sequenceNumberColor": paper,
                "xyChart": { "plotColorPalette": plots },
            },
        }));
        let engine = look.materialize_engine(Engine::new().with_site_config(site));
        // Labels are laid out as HTML, whose lines it breaks best, and then written as SVG.
        let output = SvgOutputPolicy {
            preset: SvgPipelinePreset::ResvgSafe,
            root_background_color: Some(paper.to_string()),
            ..SvgOutputPolicy::default()
        };
        let request = SvgRequest {
            environment: SvgEnvironment::deterministic()
                .with_text_measurement_policy(measure())
                .with_resource_policy(budget()),
            pipeline: Some(output.pipeline()),
            presentation: look.render_policy(),
            ..SvgRequest::default()
        };
        Self {
            renderer: Renderer::new()
                .with_engine(engine)
                .with_parse_options(ParseOptions::strict()),
            request,
        }
    }
}

/// Measures texts by our own table.
fn measure() -> TextMeasurementPolicy {
    let id = MeasurementProfileId::new("lacuna.widths");
    let identity = id.and_then(|id| TextMeasurementProfileIdentity::new(id, "1"));
    let is_bold = |style: &TextStyle| {
        let weight = style.font_weight.as_deref().unwrap_or_default();
        weight.starts_with("bold") || weight.parse().is_ok_and(|weight: u16| weight >= 600)
    };
    let measurer = DeterministicTextMeasurer::default()
        .with_width_callback(move |text, style| width(text, style.font_size, is_bold(style)));
    TextMeasurementPolicy::uniform(TextMeasurementProfile::new(
        identity.expect("a name and a version"),
        measurer,
    ))
}

/// What a text may ask for: what is meant for texts of strangers, with more work for the layout,
/// which large diagrams of friends need.
fn budget() -> RenderResourcePolicy {
    let mut budget = RenderResourcePolicy::constrained();
    let limits = [("max_layout_work_units", 2_000_000), ("max_svg_bytes", 2 * 1024 * 1024)];
    for (limit, value) in limits {
        budget.apply_override(limit, value).expect("the library knows this limit");
    }
    budget
}

fn fault(text: &str, error: &RenderError) -> Fault {
    match error {
        RenderError::Cancelled(_) => too_slow(),
        RenderError::ResourceLimitExceeded(limit) => {
            lasting(format!("it is too large: `{}` is {} at most", limit.id, limit.maximum))
        }
        RenderError::Parse(fault) => {
            let span = fault.terminal_diagnostic_details().span;
            let line = span.map(|span| line_of(text, span.start));
            let message = one_line(&fault.terminal_safe_message());
            // What is before it is `Diagram parse error (flowchart-v2): `.
            let said = message.split_once("): ").filter(|(head, _)| head.starts_with("Diagram"));
            let said = said.map_or(message.as_str(), |(_, said)| said);
            let said = match said {
                "No Mermaid diagram type detected" => "it names no kind of diagram",
                said => said,
            };
            Fault { line, ..lasting(said.to_string()) }
        }
        other => lasting(one_line(&other.to_string())),
    }
}

/// The line of a place. What is missing at the end is missed on the last line with words.
fn line_of(text: &str, at: usize) -> usize {
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let before = if after.trim().is_empty() { before.trim_end() } else { before };
    before.matches('\n').count() + 1
}

fn lasting(message: String) -> Fault {
    Fault { line: None, message, lasting: true }
}

fn too_slow() -> Fault {
    Fault {
        lasting: false,
        ..lasting(format!("drawing it takes longer than {} s", PATIENCE.as_secs()))
    }
}
