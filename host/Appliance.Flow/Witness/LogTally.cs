namespace Appliance.Flow;

/// <summary>What a decoder of logs has seen; plain fields, read by whoever shows them.</summary>
public sealed class LogTally
{
    /// <summary>Messages: datagrams, or messages of a stream.</summary>
    public long Messages { get; internal set; }

    /// <summary>Messages that are neither IPFIX nor NetFlow v9, or end before their header says.</summary>
    public long Malformed { get; internal set; }

    /// <summary>Records of data sets, options excluded.</summary>
    public long Records { get; internal set; }

    /// <summary>Records of options.</summary>
    public long OptionRecords { get; internal set; }

    /// <summary>Events handed on.</summary>
    public long Events { get; internal set; }

    /// <summary>Records that translate nothing: plain flow records, sessions without NAT.</summary>
    public long Untranslated { get; internal set; }

    /// <summary>Records with a translation of which it is not said whether it begins or ends.</summary>
    public long Unclassified { get; internal set; }

    /// <summary>Templates taken, new or changed.</summary>
    public long Templates { get; internal set; }

    /// <summary>Templates that replaced another one of the same number.</summary>
    public long TemplatesChanged { get; internal set; }

    /// <summary>Templates taken back by their exporter, or by its start.</summary>
    public long TemplatesWithdrawn { get; internal set; }

    /// <summary>Templates that no record could have, or for which there was no room.</summary>
    public long TemplatesRefused { get; internal set; }

    /// <summary>Data sets that came before their template and wait.</summary>
    public long SetsHeld { get; internal set; }

    /// <summary>Held sets whose template came.</summary>
    public long SetsReleased { get; internal set; }

    /// <summary>Data sets never understood: their template did not come in time, or there was no room.</summary>
    public long SetsLost { get; internal set; }

    /// <summary>Places in a stream where something is missing.</summary>
    public long Gaps { get; internal set; }

    /// <summary>What is missing there: records of IPFIX, messages of NetFlow v9.</summary>
    public long Missing { get; internal set; }

    /// <summary>Messages that came late or twice.</summary>
    public long OutOfOrder { get; internal set; }

    /// <summary>Exporters that began anew.</summary>
    public long Restarts { get; internal set; }

    /// <summary>Streams for which there was no room.</summary>
    public long SourcesRefused { get; internal set; }
}
