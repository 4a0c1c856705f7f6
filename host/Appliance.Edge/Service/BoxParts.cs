using Appliance.Edge.Clocks;
using Appliance.Edge.Configuration;
using Appliance.Edge.Controls;
using Appliance.Edge.NatLog;
using Appliance.Edge.Pipeline;
using Appliance.Edge.Supervisor;
using Appliance.Edge.Uplink;

namespace Appliance.Edge.Service;

/// <summary>What the writing thread works on and tells of.</summary>
internal sealed record BoxParts(
    ApplianceOptions Options, BoxPipeline Box, LiveLegs Legs, PacketLoop Packets, BoxClock Clock,
    UplinkService? Uplink, LineService? Lines, StartStatus Start, MemoryPlan Memory,
    AcceptanceDesk Acceptance, NatLogListener? NatLog = null, SupervisorService? Supervisor = null,
    ControlService? Control = null);
