namespace Appliance.Wire;

/// <summary>
/// Takes from a flow row, before it enters a batch, whatever the notice does not allow: what is not permitted is never
/// written. One instance a writer; it counts what it kept out.
/// </summary>
public sealed class Policy(PolicyOptions options)
{
    private readonly IpPrefix[] excluded = [.. options.Excluded];
    private readonly bool keepsRemote = options.Profile is PolicyProfile.UkIcr or PolicyProfile.Ipdr;
    private readonly bool keepsName = options.Profile == PolicyProfile.UkIcr && options.Names == NamePolicy.Host;
    private readonly bool keepsVolume = options.Profile == PolicyProfile.UkIcr;

    /// <summary>Whether a batch has a contact section; without one it has no recipient for it either.</summary>
    public bool HasContact => options.Profile != PolicyProfile.SourceOnly;

    /// <summary>Flow rows that an excluded range kept out, since the start.</summary>
    public ulong Excluded { get; private set; }

    /// <summary>Whether a session or block of these addresses may be kept; counted where not.</summary>
    /// <param name="inside">What the session or block holds.</param>
    /// <param name="outside">Public address of a block, or none.</param>
    public bool TryAdmit(IpPrefix inside, Ip outside)
    {
        foreach (IpPrefix range in excluded)
        {
            if (range.Overlaps(inside) || range.Contains(outside))
            {
                Excluded++;
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Blanks the fields that may not be kept; false, and counted, where the row may not be kept at all. Comes before
    /// the service name is added to the batch's strings, or the name is left there for nobody.
    /// </summary>
    public bool TryAdmit(ref FlowRow row)
    {
        foreach (IpPrefix range in excluded)
        {
            if (range.Contains(row.SubscriberAddress) || range.Contains(row.PublicAddress)
                || range.Contains(row.RemoteAddress))
            {
                Excluded++;
                return false;
            }
        }

        if (!keepsRemote)
        {
            (row.RemoteAddress, row.RemotePort) = (default, 0);
        }

        if (!keepsName)
        {
            (row.Service, row.ServiceSource) = (0, ServiceSource.None);
        }

        if (!keepsVolume)
        {
            (row.PacketsUp, row.PacketsDown, row.BytesUp, row.BytesDown) = (0, 0, 0, 0);
        }

        return true;
    }
}
