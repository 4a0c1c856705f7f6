using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>One stream of messages: an exporter's address and port, its observation domain, and the version.</summary>
internal readonly record struct ExportStream(Ip Address, ushort Port, ushort Version, uint Domain);

/// <summary>What is remembered of a stream.</summary>
internal sealed class ExportSource(ushort number)
{
    public ushort Number { get; } = number;

    /// <summary>Templates by their number.</summary>
    public Dictionary<ushort, ExportTemplate> Templates { get; } = [];

    /// <summary>Sequence number that the next message should have.</summary>
    public uint Expected { get; set; }

    public bool HasExpected { get; set; }

    /// <summary>Taken up after a restart: its next message must have the number that is expected.</summary>
    public bool IsResumed { get; set; }

    /// <summary>NetFlow v9: milliseconds since the exporter started, as its last message said.</summary>
    public uint UptimeMs { get; set; }
}

/// <summary>All streams, bounded. Memory is taken for a stream when it is first heard.</summary>
internal sealed class ExportSources
{
    private readonly Dictionary<ExportStream, ExportSource> streams = [];

    /// <summary>All that were heard.</summary>
    public IReadOnlyDictionary<ExportStream, ExportSource> Streams => streams;

    /// <summary>Templates of all streams.</summary>
    public int Templates { get; set; }

    /// <summary>The stream's memory; null where there is no room for another.</summary>
    public ExportSource? Of(in ExportStream stream)
    {
        if (streams.TryGetValue(stream, out ExportSource? source) || streams.Count >= Limits.LogSourcesMax)
        {
            return source;
        }

        source = new ExportSource((ushort)(streams.Count + 1));
        streams.Add(stream, source);
        return source;
    }
}
