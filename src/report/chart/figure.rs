//! Any figure: what a results folder keeps of its charts, so that they can be drawn again.

use serde::{Deserialize, Serialize};

use super::{
    ChartError, CitiesChart, Curve, Diverging, Drawn, FanChart, FanPanels, Forest, HeatMap, Multiples, Scatter, Shares,
    Tails, Timeline, Waits, WaterfallChart, cities, curve, diverging, fan, fan_panels, forest, heat, multiples,
    scatter, shares, tails, timeline, waits, waterfall,
};

/// A figure of one of the kinds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Figure {
    /// [`timeline`]
    Timeline(Timeline),
    /// [`fan`]
    Fan(FanChart),
    /// [`fan_panels`]
    FanPanels(FanPanels),
    /// [`forest`]
    Forest(Forest),
    /// [`scatter`]
    Scatter(Scatter),
    /// [`shares`]
    Shares(Shares),
    /// [`multiples`]
    Multiples(Multiples),
    /// [`diverging`]
    Diverging(Diverging),
    /// [`curve`]
    Curve(Curve),
    /// [`heat`]
    Heat(HeatMap),
    /// [`cities`]
    Cities(CitiesChart),
    /// [`waterfall`]
    Waterfall(WaterfallChart),
    /// [`tails`]
    Tails(Tails),
    /// [`waits`]
    Waits(Waits),
}

impl Figure {
    /// Draws it.
    ///
    /// # Errors
    ///
    /// As the function that draws its kind.
    pub fn draw(&self) -> Result<Drawn, ChartError> {
        match self {
            Self::Timeline(chart) => timeline(chart),
            Self::Fan(chart) => fan(chart),
            Self::FanPanels(chart) => fan_panels(chart),
            Self::Forest(chart) => forest(chart),
            Self::Scatter(chart) => scatter(chart),
            Self::Shares(chart) => shares(chart),
            Self::Multiples(chart) => multiples(chart),
            Self::Diverging(chart) => diverging(chart),
            Self::Curve(chart) => curve(chart),
            Self::Heat(chart) => heat(chart),
            Self::Cities(chart) => cities(chart),
            Self::Waterfall(chart) => waterfall(chart),
            Self::Tails(chart) => tails(chart),
            Self::Waits(chart) => waits(chart),
        }
    }

    /// Title and subtitle.
    pub fn titles(&self) -> (&str, &str) {
        match self {
            Self::Timeline(Timeline { title, subtitle, .. })
            | Self::Fan(FanChart { title, subtitle, .. })
            | Self::FanPanels(FanPanels { title, subtitle, .. })
            | Self::Forest(Forest { title, subtitle, .. })
            | Self::Scatter(Scatter { title, subtitle, .. })
            | Self::Shares(Shares { title, subtitle, .. })
            | Self::Multiples(Multiples { title, subtitle, .. })
            | Self::Diverging(Diverging { title, subtitle, .. })
            | Self::Curve(Curve { title, subtitle, .. })
            | Self::Heat(HeatMap { title, subtitle, .. })
            | Self::Cities(CitiesChart { title, subtitle, .. })
            | Self::Tails(Tails { title, subtitle, .. })
            | Self::Waits(Waits { title, subtitle, .. })
            | Self::Waterfall(WaterfallChart { title, subtitle, .. }) => (title, subtitle),
        }
    }
}
