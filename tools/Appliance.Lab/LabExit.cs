namespace Appliance.Lab;

/// <summary>Exit codes of every verb (CONTRACTS): what scripts rely on.</summary>
public static class LabExit
{
    /// <summary>Done, and every check held.</summary>
    public const int Success = 0;

    /// <summary>A check failed or the answer is no.</summary>
    public const int Failed = 1;

    /// <summary>
    /// The command line or its input cannot be used; one line on standard error said what, where and what to do.
    /// </summary>
    public const int Usage = 2;
}
