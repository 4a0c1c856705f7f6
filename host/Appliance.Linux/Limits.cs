namespace Appliance.Linux;

/// <summary>Every bound of the Linux parts, with its reason.</summary>
internal static class LinuxLimits
{
    /// <summary>
    /// The segment being written, those prepared, and one more; closed ones are opened again where needed.
    /// </summary>
    public const int OpenFilesMax = 8;
}
