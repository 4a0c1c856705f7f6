using Appliance.Lab.Traffic;

namespace Appliance.Simulation.Witness;

/// <summary>Traffic, the legs that are mirrored, and what else there is to ask.</summary>
public sealed record WitnessScenario(string Name, TrafficPlan Traffic, LogPlan? Log)
{
    public bool HasInside { get; init; }

    public bool HasOutside { get; init; } = true;

    /// <summary>The NAT's rules are known.</summary>
    public bool HasRules { get; init; }

    /// <summary>Least share of translated flows that must be attributed.</summary>
    public double LeastAttributed { get; init; }

    /// <summary>Two witnesses must have been found to disagree.</summary>
    public bool HasConflicts { get; init; }

    public static IReadOnlyList<WitnessScenario> All { get; } =
    [
        new("outside leg, session log", Of(101), new LogPlan()) { LeastAttributed = 0.99 },
        new("outside leg, binding log without remotes", Of(102), new LogPlan { Shape = LogShape.Bindings })
        {
            LeastAttributed = 0.9,
        },
        new("outside leg, port block log", Of(103) with { Ports = PortMode.Block }, new LogPlan
        {
            Shape = LogShape.Blocks, Batch = 1,
        })
        {
            LeastAttributed = 0.5,
        },
        new("outside leg, port block log, 5 % lost", Of(119) with { Ports = PortMode.Block }, new LogPlan
        {
            Shape = LogShape.Blocks, Batch = 1, Loss = 0.05,
        }),
        new("outside leg, port block log as syslog", Of(120) with { Ports = PortMode.Block }, new LogPlan
        {
            Shape = LogShape.Blocks, Form = LogForm.Syslog, Batch = 1,
        }),
        new("both legs, port block log: agrees", Of(121) with { Ports = PortMode.Block }, new LogPlan
        {
            Shape = LogShape.Blocks, Batch = 1,
        })
        {
            HasInside = true, LeastAttributed = 0.99,
        },
        new("inside leg, port block log", Of(122) with { Ports = PortMode.Block }, new LogPlan
        {
            Shape = LogShape.Blocks, Batch = 1,
        })
        {
            HasInside = true, HasOutside = false, LeastAttributed = 0.5,
        },
        new("outside leg, session log as syslog", Of(104), new LogPlan { Form = LogForm.Syslog, Batch = 1 })
        {
            LeastAttributed = 0.99,
        },
        new("outside leg, session log as a file of lines", Of(105), new LogPlan { Form = LogForm.File, Batch = 1 })
        {
            LeastAttributed = 0.9,
        },
        new("outside leg, ports overloaded, session log", Of(106) with
        {
            Ports = PortMode.Overloaded, OverloadShare = 0.9, Remotes = 20,
        }, new LogPlan())
        {
            LeastAttributed = 0.8,
        },
        new("the same, 5 % of the log's messages lost", Of(107) with
        {
            Ports = PortMode.Overloaded, OverloadShare = 0.9, Remotes = 20, TcpHoldMs = 10,
        }, new LogPlan { Loss = 0.05 })
        {
            LeastAttributed = 0.5,
        },
        new("5 % of a binding log lost, ports used again after 10 ms", Of(108) with { TcpHoldMs = 10 }, new LogPlan
        {
            Shape = LogShape.Bindings, Form = LogForm.Syslog, Batch = 1, Loss = 0.05,
        })
        {
            LeastAttributed = 0.25,
        },
        new("the template comes late", Of(109), new LogPlan { TemplateAt = 1000 }) { LeastAttributed = 0.25 },
        new("the NAT's clock is 60 s off from the arrivals", Of(110), new LogPlan { ClockAheadSeconds = -60 }),
        new("a file of lines, its clock 5 s off, ports overloaded", Of(111) with
        {
            Ports = PortMode.Overloaded, OverloadShare = 0.9, Remotes = 2, TcpHoldMs = 10,
        }, new LogPlan { Form = LogForm.File, Batch = 1, ClockAheadSeconds = 5 }),
        new("a file of lines, its clock steps by 5 s half way", Of(112), new LogPlan
        {
            Form = LogForm.File, Batch = 1, ClockAheadSeconds = -5, ClockStepsAt = 0.5,
        }),
        new("outside leg, rules of the NAT", Of(113) with { Ports = PortMode.Block }, null)
        {
            HasRules = true, LeastAttributed = 1,
        },
        new("inside leg, rules of the NAT", Of(114) with { Ports = PortMode.Block }, null)
        {
            HasRules = true, HasInside = true, HasOutside = false, LeastAttributed = 1,
        },
        new("inside leg, session log", Of(115), new LogPlan())
        {
            HasInside = true, HasOutside = false, LeastAttributed = 0.99,
        },
        new("both legs, session log: identical probes are told", Of(116) with { ProbePairShare = 0.05 }, new LogPlan())
        {
            HasInside = true, LeastAttributed = 0.99,
        },
        new("both legs, rules, session log: all agree", Of(117) with { Ports = PortMode.Block }, new LogPlan())
        {
            HasInside = true, HasRules = true, LeastAttributed = 0.99,
        },
        new("both legs, the log names another line for 2 %", Of(118), new LogPlan { Lies = 0.02 })
        {
            HasInside = true, LeastAttributed = 0.95, HasConflicts = true,
        },
    ];

    public override string ToString() => $"{Name} (seed {Traffic.Seed})";

    private static TrafficPlan Of(ulong seed) => new() { Seed = seed, Flows = 10_000 };
}
